import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createClusterCounters } from '../../core/cluster-counters.ts';
import type { BrokerMessage } from '../../core/ports.ts';
import { type ChannelName, parseChannelName } from '../../protocol/channel-name.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { openWorkerHost, settleLink, type WorkerHost } from '../../testing/worker-host.ts';
import { systemClock } from '../system-clock.ts';
import { WorkerBroker } from './broker.ts';
import type { HostLimits } from './host-options.ts';
import { WorkerRegistry } from './registry.ts';
import { Wire } from './wire.ts';

const parents: WorkerHost[] = [];

afterEach(async () => {
  for (const parent of parents.splice(0)) await parent.close();
});

async function open(limits?: HostLimits): Promise<WorkerHost> {
  const parent = await openWorkerHost(limits);
  parents.push(parent);
  return parent;
}

async function startBroker(parent: WorkerHost, workerId: string) {
  const link = await parent.connect(workerId);
  const received: BrokerMessage[] = [];
  const receive = (batch: readonly BrokerMessage[]) => received.push(...batch);
  return { link, received, broker: new WorkerBroker({ link, receive, clock: systemClock, counters: createClusterCounters() }) };
}

const event = (frame: string): BrokerMessage => ({ topic: 'app/room', frame });

describe('the parent of workers', () => {
  it('knows of whoever stands on a watchlist that they are not there', async () => {
    const link = await (await open()).connect();
    for (const user of ['', '__proto__', '\ud800', 'x'.repeat(10_000)]) {
      expect(await link.call('count', ['app', `#server-to-user-${user}`])).toEqual({ subscriptions: 0, users: 0 });
    }
  });

  it('says when the temporary directory is too deep for a socket', async () => {
    const deep = join(temporaryFolder(), 'x'.repeat(100));
    mkdirSync(deep);
    vi.stubEnv('TMPDIR', deep);
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(open()).rejects.toThrow(`too long for a socket in it: ${deep} (TMPDIR)`);
  });

  it('fails a call that it cannot answer, and nothing else', async () => {
    const link = await (await open()).connect();
    await expect(link.call('count', ['app', 'no name'])).rejects.toThrow('no name');
    expect(await link.call('countConnections', 'app')).toBe(0);
  });

  it('publishes once under a key, whichever worker repeats it', async () => {
    const parent = await open();
    const [a, b] = [await startBroker(parent, 'a'), await startBroker(parent, 'b')];
    await Promise.all([a.broker.publish([event('1')]), a.broker.publish([event('2'), event('3')], 'key'), a.broker.publish([event('4')])]);
    await Promise.all([b.broker.publish([event('5')], 'other'), b.broker.publish([event('2'), event('3')], 'key'), b.broker.publish([event('6')])]);
    await b.broker.publish([event('2'), event('3')], 'key');
    for (const { link, received } of [a, b]) {
      await settleLink(link);
      expect(received).toEqual(['1', '2', '3', '4', '5', '6'].map(event));
    }
  });

  it('is asked for one list at a time, and what it answers is as of the question', async () => {
    const link = await (await open()).connect();
    const ask = vi.spyOn(link, 'call');
    const registry = new WorkerRegistry(link, () => undefined);
    const room = { appId: 'app', channel: parseChannelName('room', 4) as ChannelName };
    const before = registry.list('app', '');
    registry.hold(room, 1);
    const after = await Promise.all(Array.from({ length: 10 }, () => registry.list('app', '')));
    expect([...(await before).keys()]).toEqual([]);
    expect(after.map((list) => [...list.keys()])).toEqual(Array.from({ length: 10 }, () => ['room']));
    expect(ask.mock.calls).toHaveLength(2);
  });

  it('frees the idempotency keys that a worker leaves without an answer, and keeps the answers', async () => {
    const parent = await open();
    const [a, b] = [await parent.connect('a'), await parent.connect('b')];
    for (const key of ['answered', 'open']) await a.call('claim', key, 'content');
    await a.call('complete', 'answered', '{}');
    a.close();
    await vi.waitFor(async () => expect(await b.call('claim', 'open', 'content')).toEqual({ state: 'claimed' }));
    expect(await b.call('claim', 'answered', 'content')).toEqual({ state: 'done', answer: '{}' });
  });

  it('has all wait for a worker that has much to read, and gives nobody up who reads', async () => {
    const parent = await open({ tickMilliseconds: 1000, maxUnreadBytes: 100_000 });
    const workers = [await startBroker(parent, 'a'), await startBroker(parent, 'b'), await startBroker(parent, 'c')];
    const bulk = 'x'.repeat(1024 * 1024);
    await Promise.all(workers.flatMap(({ broker }) => Array.from({ length: 10 }, () => broker.publish([event(bulk)]))));
    for (const { link, received } of workers) {
      await settleLink(link);
      expect(received).toHaveLength(30);
    }
    expect(parent.told).toEqual([]);
  });

  it('hears nobody while a worker has much to read, until that one reads or is given up', async () => {
    const parent = await open({ tickMilliseconds: 100, maxUnreadBytes: 100_000 });
    const { broker, link } = await startBroker(parent, 'a');
    const deaf = new Wire(connect(parent.host.socketPath).pause(), { message: () => undefined, closed: () => undefined });
    deaf.send([0, 'hello', 'deaf']);
    await settleLink(link);
    await broker.publish([event('x'.repeat(1024 * 1024))]);
    expect(parent.told).toEqual([]);
    await link.call('countConnections', 'app');
    expect(parent.told).toEqual(['deaf is stuck: it does not read what it is sent']);
  });
});
