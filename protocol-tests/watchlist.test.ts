import { beforeEach, describe, expect, it } from 'vitest';
import { Client, type Frame } from './support/client.ts';
import { errorFrame } from './support/refusal.ts';
import { needsOwnServer, sharedApp, type Target } from './support/target.ts';
import { unique } from './support/unique.ts';

const watched = sharedApp('watched');
const watchlistEvents = 'pusher_internal:watchlist_events';

async function user(target: Target, id: string, watchlist?: readonly string[]): Promise<Client> {
  const client = await Client.connect(target);
  await client.signIn({ id, watchlist });
  return client;
}

interface WatchlistEvent {
  readonly name: string;
  readonly user_ids: readonly string[];
}

/** The events of a frame, whose data may be an object or a string of it; pusher-js takes both. */
function eventsOf(frame: Frame): readonly WatchlistEvent[] {
  const data = typeof frame.data === 'string' ? JSON.parse(frame.data) : frame.data;
  return data.events;
}

describe('a watchlist (clause 4)', () => {
  it('is ignored unless the app asks for it', async () => {
    const id = unique('ann');
    const watcher = await user(sharedApp('plain'), unique('watcher'), [id]);
    await user(sharedApp('plain'), id);
    await watcher.quiet();
  });

  describe('of an app that asks for it', () => {
    beforeEach(needsOwnServer('an app with watchlists'));

    it('tells after the signin which of the watched users are online', async () => {
      const [ann, ben, carl] = [unique('ann'), unique('ben'), unique('carl')];
      await user(watched, ann);
      await user(watched, ben);
      const watcher = await user(watched, unique('watcher'), [ann, ben, carl]);
      const frame = await watcher.next();
      expect(Object.keys(frame).toSorted()).toEqual(['data', 'event']);
      expect(frame.event).toBe(watchlistEvents);
      const [online, ...rest] = eventsOf(frame).filter(({ user_ids }) => user_ids.length > 0);
      expect(rest.filter(({ name }) => name === 'online')).toEqual([]);
      expect(online?.name).toBe('online');
      expect(online?.user_ids.toSorted()).toEqual([ann, ben].toSorted());
      await watcher.flush();
    });

    it('tells of the first and the last signed-in connection of a watched user only', async () => {
      const id = unique('ann');
      const watcher = await user(watched, unique('watcher'), [id]);
      await watcher.flush(); // whatever is said of users who are offline
      const first = await user(watched, id);
      expect(eventsOf(await watcher.next(watchlistEvents))).toEqual([{ name: 'online', user_ids: [id] }]);
      const second = await user(watched, id);
      await first.close();
      await watcher.quiet();
      await second.close();
      expect(eventsOf(await watcher.next(watchlistEvents))).toEqual([{ name: 'offline', user_ids: [id] }]);
      await watcher.quiet();
    });

    it('tells nothing of users who are not watched, and of members of presence channels', async () => {
      const id = unique('ann');
      const watcher = await user(watched, unique('watcher'), [id]);
      await watcher.flush();
      await user(watched, unique('ben'));
      const member = await Client.connect(watched);
      await member.subscribe(unique('presence-room'), { user_id: id });
      await watcher.quiet();
    });

    it('tells all watchers, and none that has left', async () => {
      const id = unique('ann');
      const watchers = [await user(watched, unique('watcher'), [id]), await user(watched, unique('watcher'), [id])] as const;
      for (const watcher of watchers) await watcher.flush();
      await watchers[0].close();
      await user(watched, id);
      expect(eventsOf(await watchers[1].next(watchlistEvents))).toEqual([{ name: 'online', user_ids: [id] }]);
    });

    it('that is too long is cut, with an error 4302 on a signin that succeeds', async () => {
      const small = sharedApp('small'); // watches 2 users
      const [ann, ben, carl] = [unique('ann'), unique('ben'), unique('carl')];
      const watcher = await user(small, unique('watcher'), [ann, ben, carl]);
      expect(await watcher.next('pusher:error')).toEqual(errorFrame(4302));
      await watcher.flush();
      await user(small, carl);
      await user(small, ben);
      expect(eventsOf(await watcher.next())).toEqual([{ name: 'online', user_ids: [ben] }]);
      await watcher.quiet();
    });
  });
});
