import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { withCluster } from '../drivers/cluster.ts';
import { appId } from '../drivers/drivers.ts';
import { RedisProbe } from '../drivers/redis-probe.ts';
import { Samples } from '../generator/samples.ts';
import type { Metrics } from '../measure/metrics.ts';
import type { Scenario, Surroundings } from './scenario.ts';

const channels = 100_000;
const pollMilliseconds = 250;
/** Being noticed takes up to 16 s. */
const patienceMilliseconds = 90_000;
/** Where the registry has the channels of an app and how many hold them (see `src/drivers/redis/lua/prelude.lua`). */
const totals = `clarion:0:{0}:c:${appId}`;

/** One node dies with everything it holds; another one takes it away. */
async function sweep({ subject, cores }: Surroundings): Promise<Metrics> {
  const nodeCores = [cores.generator, cores.server];
  return withCluster({ sources: subject.sources, redisCore: cores.redis, nodeCores }, async ({ redis, observer, nodes }) => {
    await nodes[0]?.do({ verb: 'hold', channels });
    const held = await observer.hlen(totals);
    if (held !== channels) throw new Error(`Redis has ${held} channels instead of ${channels}`);
    await observer.config('SET', 'slowlog-log-slower-than', '100', 'slowlog-max-len', '10000');
    await observer.slowlog('RESET');
    const probe = new RedisProbe(redis.url);
    await nodes[0]?.kill();
    await vacated(observer);
    const waitMilliseconds = probe.end();
    return { ...(await commandTimes(observer)), waitMilliseconds };
  });
}

async function vacated(observer: Redis): Promise<void> {
  const endsAt = performance.now() + patienceMilliseconds;
  while ((await observer.hlen(totals)) > 0) {
    if (performance.now() > endsAt) throw new Error('The dead node was not swept in time');
    await pause(pollMilliseconds);
  }
}

/** Of all commands since the last reset that took longer than a tenth of a millisecond: while one runs, nobody else is served. */
async function commandTimes(observer: Redis): Promise<Metrics> {
  const entries = (await observer.slowlog('GET', -1)) as readonly (readonly [id: number, at: number, microseconds: number])[];
  const samples = new Samples();
  for (const [, , microseconds] of entries) samples.add(microseconds / 1000);
  const { p50, p99, max } = samples.summary() ?? { p50: 0, p99: 0, max: 0 };
  return { stallMilliseconds: max, p50Milliseconds: p50, p99Milliseconds: p99 };
}

export const redisSweep: Scenario = {
  name: `bus: sweep of ${channels} channels, slowest command`,
  unit: 'channel',
  isQuick: false,
  repetitions: 1,
  needs: 'drivers',
  program: 'redis-server',
  subject: { label: 'drivers', run: sweep },
  goals: [{ metric: 'stallMilliseconds', kind: 'value', atMost: 20 }],
};
