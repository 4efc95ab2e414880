import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { api } from './support/api.ts';
import { type Client, dataOf } from './support/client.ts';
import { type Cluster, type ClusterNode, isLong, ownCluster, within } from './support/cluster.ts';
import { listener } from './support/listener.ts';
import { expectMembers, joinEach, member } from './support/room.ts';
import { needsOwnServer, type Target } from './support/target.ts';

const seconds = isLong ? 60 : 6;
const timeout = isLong ? 240_000 : 90_000;
const eventsPerSecond = 100;
/** What a node may need for what is under way, besides what it needs anyway. */
const toleratedMegabytes = 64;

/** Runs in each node: tells every second how late its timers were on average, which is how long its event loop was busy. */
const probe = `
import { monitorEventLoopDelay } from 'node:perf_hooks';
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
setInterval(() => {
  console.log(JSON.stringify({ msg: 'event loop', mean: delay.mean / 1e6 }));
  delay.reset();
}, 1000).unref();
`;

function residentMegabytes({ server }: ClusterNode): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** The lag of a node in the middle one of the seconds that it has told since its log had so many lines. */
function lagSince({ server }: ClusterNode, line: number): number {
  const means = server.lines.slice(line).flatMap((text) => (text.includes('"event loop"') ? [Number(JSON.parse(text).mean)] : []));
  return means.toSorted((one, other) => one - other)[Math.floor(means.length / 2)] ?? Number.NaN;
}

/** Publishes at a steady rate, whether there are answers or not, while members come and go. Resolves with the answers. */
async function useFor({ targets }: Cluster): Promise<readonly number[]> {
  const answers: Promise<number>[] = [];
  for (let second = 0; second < seconds; second += 1) {
    const guest = await member(targets[second % targets.length] as Target, `guest-${second}`);
    for (let tick = 0; tick < 10; tick += 1) {
      for (let index = 0; index < eventsPerSecond / 10; index += 1) {
        const event = { name: 'event', channel: 'load', data: 'x'.repeat(200) };
        answers.push(api(targets[index % targets.length] as Target, 'POST', '/events', event).then(({ status }) => status));
      }
      await pause(100);
    }
    await guest.close();
  }
  return Promise.all(answers);
}

const received = (client: Client): number => client.received.filter((text) => text.startsWith('{"event":"event"')).length;

describe('a Redis that answers 500 ms late', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it('delays everything, loses nothing, and neither blocks a node nor fills its memory', async () => {
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(probe)}` };
    const cluster = await ownCluster({ nodes: 2, environment });
    const listeners = await Promise.all(cluster.targets.map((target) => listener(target, 'load')));
    const clients = await joinEach(cluster);
    expect(await useFor(cluster)).toEqual(Array(seconds * eventsPerSecond).fill(200));
    const undisturbed = cluster.nodes.map((node) => ({ lag: lagSince(node, 0), megabytes: residentMegabytes(node), line: node.server.lines.length }));

    for (const { proxy } of cluster.nodes) proxy.delay(250); // each way
    expect(await useFor(cluster)).toEqual(Array(seconds * eventsPerSecond).fill(200));

    for (const client of listeners) await expect.poll(() => received(client), within(10)).toBe(2 * seconds * eventsPerSecond);
    for (const [index, node] of cluster.nodes.entries()) {
      const { lag, megabytes, line } = undisturbed[index] as (typeof undisturbed)[number];
      expect(lagSince(node, line)).toBeLessThan(2 * lag);
      expect(residentMegabytes(node)).toBeLessThan(megabytes + toleratedMegabytes);
    }
    await expectMembers(cluster, clients, ['user-0', 'user-1'], 10);
  });

  it('makes a joiner wait for one round trip, and not lose its place', async () => {
    const cluster = await ownCluster({ nodes: 2 });
    for (const { proxy } of cluster.nodes) proxy.delay(250);
    const joiners = await Promise.all(Array.from({ length: 20 }, (_, index) => member(cluster.targets[index % 2] as Target, `user-${index}`)));
    const ids = joiners.map((_, index) => `user-${index}`).toSorted();
    await expectMembers(cluster, joiners, ids, 5);
    const late = await member(cluster.targets[0] as Target, 'user-0');
    const answer = late.received.map((text) => JSON.parse(text)).find(({ event }) => event === 'pusher_internal:subscription_succeeded');
    expect(dataOf(answer)).toMatchObject({ presence: { count: 20 } });
  });
});
