import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { trigger } from './support/api.ts';
import { Client, type Closing } from './support/client.ts';
import { type Cluster, isLong, ownCluster, within } from './support/cluster.ts';
import { Load, type Shot, shotsSeen } from './support/load.ts';
import { membersSeen } from './support/members.ts';
import { listUsers } from './support/queries.ts';
import { needsOwnServer, type Target } from './support/target.ts';

const room = 'presence-room';
const usersPerNode = isLong ? 20 : 4;
const rounds = isLong ? 3 : 1;
const timeout = isLong ? 300_000 : 120_000;
/** What was answered so shortly before a socket was closed may still have been on its way to it. */
const flightMilliseconds = 1000;

/** One life of a socket. */
interface Life {
  readonly client: Client;
  readonly from: number;
  readonly closing: Promise<Closing>;
  until: number;
}

/** A user who connects again as soon as the server says so, like pusher-js, to whichever node comes next. */
class User {
  readonly lives: Life[] = [];
  readonly #userId: string;
  readonly #next: () => Target;
  #isGone = false;

  constructor(userId: string, next: () => Target) {
    this.#userId = userId;
    this.#next = next;
  }

  get current(): Client | undefined {
    return this.lives.at(-1)?.client;
  }

  async connect(): Promise<void> {
    const client = await this.#reach();
    await client.subscribe(room, { user_id: this.#userId });
    await client.subscribe('load');
    const life: Life = { client, from: performance.now(), closing: client.closed, until: Number.POSITIVE_INFINITY };
    this.lives.push(life);
    void life.closing.then(() => {
      life.until = performance.now();
      if (!this.#isGone) return this.connect();
      return undefined;
    });
  }

  leave(): void {
    this.#isGone = true;
    this.current?.drop();
  }

  async #reach(): Promise<Client> {
    for (;;) {
      try {
        return await Client.connect(this.#next());
      } catch {
        await pause(20); // the node has stopped listening
      }
    }
  }
}

/** Accepted events that came while this life had begun and would go on for a while, and that it has not received. */
function lostTo({ client, from, until }: Life, accepted: readonly Shot[]): readonly number[] {
  const seen = new Set(shotsSeen(client, 'load'));
  const owed = accepted.filter(({ sentAt, answeredAt }) => sentAt > from && answeredAt + flightMilliseconds < until);
  return owed.map(({ number }) => number).filter((number) => !seen.has(number));
}

async function replace(cluster: Cluster): Promise<void> {
  const [old] = cluster.nodes;
  if (old === undefined) throw new Error('there is no node');
  await cluster.add();
  cluster.forget(old);
  expect(await old.server.stop()).toBe(0);
}

describe('a rolling restart of every node under load', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it('loses no event that was answered 200 on a socket that lives', async () => {
    const cluster = await ownCluster({ config: { drain: { windowSeconds: 2 } } });
    let turn = 0;
    const next = (): Target => {
      turn += 1;
      return cluster.targets[turn % cluster.targets.length] as Target;
    };
    const users = Array.from({ length: 3 * usersPerNode }, (_, index) => new User(`user-${index}`, next));
    await Promise.all(users.map((user) => user.connect()));
    const load = new Load('load', () => cluster.targets, 4);
    for (let round = 0; round < rounds * 3; round += 1) await replace(cluster);
    const ids = users.map((_, index) => `user-${index}`).toSorted();
    for (const user of users) await expect.poll(() => user.current && membersSeen(user.current, room), within(15)).toMatchObject({ ids, faults: [] });
    for (const target of cluster.targets) await expect.poll(() => listUsers(target, room), within(15)).toEqual(ids);
    await load.stop();
    await trigger(cluster.targets[0] as Target, { name: 'end', channel: 'load', data: '' });
    for (const user of users) await user.current?.next('end');

    const lives = users.flatMap((user) => user.lives);
    expect(lives.length).toBeGreaterThan(users.length);
    for (const life of lives) {
      expect(lostTo(life, load.accepted)).toEqual([]);
      const seen = shotsSeen(life.client, 'load');
      expect(new Set(seen).size).toBe(seen.length);
    }
    expect(load.shots.filter(({ status }) => status !== 200 && status !== 0)).toEqual([]);
    expect(load.accepted.length).toBeGreaterThan(100);
    for (const life of lives.filter(({ until }) => until < Number.POSITIVE_INFINITY)) expect((await life.closing).code).toBe(4200);
    const expected = ['load', room, ...ids.map((id) => `${room} ${id}`)].toSorted();
    await expect.poll(() => cluster.hooks.state(), within(15)).toEqual(expected);
    expect(cluster.hooks.lines().filter((line) => line.startsWith('channel_vacated'))).toEqual([]);
    for (const user of users) user.leave();
  });
});
