import { describe, expect, it } from 'vitest';
import { FakeClock, settled } from '../testing/fake-clock.ts';
import { createDelivery, type Delivery, type Outcome } from './delivery.ts';
import { EndpointQueue } from './endpoint-queue.ts';

const failed: Outcome = { result: 'failed', reason: 'it answered 500' };
const delivered: Outcome = { result: 'delivered' };

function setUp({ retrySeconds = 300, queueEvents = 100, breakerFailures = 1000 } = {}) {
  const clock = new FakeClock();
  const told: string[] = [];
  /** Attempts under way: by event id, how to end them. */
  const underWay = new Map<string, (outcome: Outcome) => void>();
  const attempts: { readonly id: string; readonly at: number }[] = [];
  const tell =
    (what: string) =>
    (delivery: Delivery, reason?: string): void =>
      void told.push([what, idsOf(delivery), ...(reason === undefined ? [] : [`(${reason})`])].join(' '));
  const queue = new EndpointQueue({
    clock,
    timers: clock,
    random: () => 0,
    settings: { timeoutMilliseconds: 4000, retrySeconds, breakerFailures, breakerSeconds: 15, queueEvents },
    attempt(delivery) {
      attempts.push({ id: idsOf(delivery), at: clock.monotonic() });
      return new Promise((done) => underWay.set(idsOf(delivery), done));
    },
    observer: {
      delivered: tell('delivered'),
      takenOver: tell('taken over'),
      failed: () => undefined,
      givenUp: tell('given up'),
      left: tell('left'),
      tripped: (isTripped) => told.push(isTripped ? 'tripped' : 'back'),
      emptied: () => told.push('emptied'),
    },
  });
  const push = (...ids: string[]): void => {
    for (const id of ids) queue.push(delivery(id, clock.now()));
  };
  const end = async (id: string, outcome: Outcome): Promise<void> => {
    underWay.get(id)?.(outcome);
    underWay.delete(id);
    await settled();
  };
  const pending = (): readonly string[] => [...underWay.keys()];
  return { clock, queue, told, attempts, push, end, pending };
}

/** `a1` is the first event of channel `a`; `a1,b1` is a batch. */
function delivery(ids: string, at: number, json = '{}'): Delivery {
  const events = ids.split(',').map((id) => ({ id, channel: id.slice(0, 1), at, json, settle: () => undefined }));
  const endpoint = { url: 'https://example.com', events: [], filter: {}, headers: {}, batch: events.length > 1 };
  return createDelivery({ key: 'k', appId: 'app', endpoint }, events);
}

function idsOf({ events }: Delivery): string {
  return events.map(({ id }) => id).join();
}

describe('the queue of an endpoint', () => {
  it('makes the deliveries of a channel one after the other, and those of several channels side by side', async () => {
    const { push, pending, end, told } = setUp();
    push('a1', 'a2', 'b1');
    expect(pending()).toEqual(['a1', 'b1']);
    await end('a1', delivered);
    expect(pending()).toEqual(['b1', 'a2']);
    await end('b1', delivered);
    await end('a2', delivered);
    expect(told).toEqual(['delivered a1', 'delivered b1', 'delivered a2', 'emptied']);
  });

  it('makes batches one after the other, because they share channels', async () => {
    const { push, pending, end } = setUp();
    push('a1,b1', 'c1,d1');
    expect(pending()).toEqual(['a1,b1']);
    await end('a1,b1', delivered);
    expect(pending()).toEqual(['c1,d1']);
  });

  it('makes no more than eight requests at once', async () => {
    const { push, pending, end } = setUp();
    push('a1', 'b1', 'c1', 'd1', 'e1', 'f1', 'g1', 'h1', 'i1');
    expect(pending()).toHaveLength(8);
    await end('c1', delivered);
    expect(pending()).toContain('i1');
  });

  it('tries again after growing waits, and only then goes on with the channel', async () => {
    const { clock, push, pending, end, attempts } = setUp();
    push('a1', 'a2');
    for (const wait of [1000, 2000, 4000, 8000]) {
      await end('a1', failed);
      await clock.advance(wait - 1);
      expect(pending()).toEqual([]);
      await clock.advance(1);
      expect(pending()).toEqual(['a1']);
    }
    await end('a1', delivered);
    expect(attempts.map(({ id }) => id)).toEqual(['a1', 'a1', 'a1', 'a1', 'a1', 'a2']);
  });

  it('gives up in time, after a last attempt that ends within the window', async () => {
    const { clock, push, pending, end, told, attempts } = setUp();
    push('a1', 'a2');
    await end('a1', failed);
    while (!told.some((line) => line.startsWith('given up'))) {
      if (pending().includes('a1')) await end('a1', failed);
      else await clock.advance(500);
    }
    const times = attempts.filter(({ id }) => id === 'a1').map(({ at }) => at);
    expect(times).toEqual([0, 1000, 3000, 7000, 15_000, 31_000, 63_000, 123_000, 183_000, 243_000, 296_000]);
    expect(told).toEqual(['given up a1 (it answered 500)']);
    expect(pending()).toEqual(['a2']);
  });

  it('makes one attempt without retries, and one for what comes too late', async () => {
    const { clock, push, end, told, queue, pending } = setUp({ retrySeconds: 0 });
    push('a1');
    await end('a1', failed);
    queue.push(delivery('b1', clock.now() - 1_000_000));
    expect(pending()).toEqual(['b1']);
    await end('b1', delivered);
    expect(told).toEqual(['given up a1 (it answered 500)', 'emptied', 'delivered b1', 'emptied']);
  });

  it('gives up at once what is refused', async () => {
    const { push, end, told, pending } = setUp();
    push('a1', 'a2');
    await end('a1', { result: 'refused', reason: 'not public' });
    expect(told).toEqual(['given up a1 (not public)']);
    expect(pending()).toEqual(['a2']);
  });

  it('forgets what another node has taken over', async () => {
    const { push, end, told } = setUp();
    push('a1');
    await end('a1', { result: 'taken over' });
    expect(told).toEqual(['taken over a1', 'emptied']);
  });

  it('gives up the oldest when too much waits, but nothing that is being sent', () => {
    const { push, told, queue } = setUp({ queueEvents: 3 });
    push('a1', 'a2', 'a3', 'b1', 'a4');
    expect(told).toEqual(['given up a2 (too many events wait for the endpoint)', 'given up a3 (too many events wait for the endpoint)']);
    expect(queue.size).toBe(3);
  });

  it('counts a large event as several', () => {
    const { queue, push, told, clock } = setUp({ queueEvents: 4 });
    push('a1', 'a2');
    queue.push(delivery('a3', clock.now(), 'x'.repeat(3000)));
    expect(told).toEqual(['given up a2 (too many events wait for the endpoint)']);
  });

  it('leaves an endpoint alone that keeps failing, then tries once, and again later', async () => {
    const { clock, push, pending, end, told } = setUp({ breakerFailures: 3 });
    push('a1', 'b1', 'c1');
    for (const id of ['a1', 'b1', 'c1']) await end(id, failed);
    expect(told).toEqual(['tripped']);
    push('d1');
    await clock.advance(14_999);
    expect(pending()).toEqual([]);
    await clock.advance(1);
    expect(pending()).toHaveLength(1);
    await end(pending()[0] ?? '', failed);
    expect(told).toEqual(['tripped', 'tripped']);
    await clock.advance(14_999);
    expect(pending()).toEqual([]);
    await clock.advance(1);
    expect(pending()).toHaveLength(1);
  });

  it('sends everything at once that waited for an endpoint that is back', async () => {
    const { clock, push, pending, end, told } = setUp({ breakerFailures: 3 });
    push('a1', 'a2', 'b1', 'c1');
    for (const id of ['a1', 'b1', 'c1']) await end(id, failed);
    await clock.advance(15_000);
    await end('a1', delivered);
    expect(told).toEqual(['tripped', 'back', 'delivered a1']);
    expect([...pending()].sort()).toEqual(['a2', 'b1', 'c1']);
    for (const id of ['a2', 'b1', 'c1']) await end(id, delivered);
    expect(told.at(-1)).toBe('emptied');
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up what becomes too old while the endpoint is left alone', async () => {
    const { clock, push, pending, end, told } = setUp({ breakerFailures: 1 });
    push('a1');
    await end('a1', failed);
    push('b1');
    for (let seconds = 0; seconds < 330; seconds += 15) {
      await clock.advance(15_000);
      for (const id of pending()) await end(id, failed);
    }
    expect(told.filter((line) => line.startsWith('given up')).map((line) => line.slice(0, 11))).toEqual(['given up a1', 'given up b1']);
    expect(told.at(-1)).toBe('emptied');
    expect(clock.pendingTimers).toBe(0);
  });

  it('tries at once what waits when the server stops, and tries again until the end', async () => {
    const { clock, push, pending, end, queue, told } = setUp();
    push('a1', 'a2');
    await end('a1', failed);
    queue.drain();
    expect(pending()).toEqual(['a1']);
    await end('a1', failed);
    await clock.advance(2000);
    expect(pending()).toEqual(['a1']);
    queue.end();
    expect(told).toEqual(['left a2 (the server stopped)']);
    await end('a1', failed);
    expect(told.slice(1)).toEqual(['left a1 (it answered 500)', 'emptied']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('leaves at once what an endpoint that keeps failing would not take when the server stops', async () => {
    const { clock, push, end, queue, told } = setUp({ breakerFailures: 1 });
    push('a1', 'a2', 'b1');
    await end('a1', failed);
    queue.drain();
    await end('b1', failed);
    expect(told.filter((line) => line.startsWith('left')).map((line) => line.slice(0, 7))).toEqual(['left a1', 'left a2', 'left b1']);
    expect(told.at(-1)).toBe('emptied');
    expect(clock.pendingTimers).toBe(0);
  });

  it('counts what was being sent at the end and arrived all the same', async () => {
    const { push, end, queue, told } = setUp();
    push('a1');
    queue.end();
    await end('a1', delivered);
    expect(told).toEqual(['delivered a1', 'emptied']);
  });
});
