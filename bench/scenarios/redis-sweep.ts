import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { withCluster } from '../drivers/cluster.ts';
import { appId } from '../drivers/drivers.ts';
import { RedisProbe } from '../drivers/redis-probe.ts';
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
    return { stallMilliseconds: await slowestMilliseconds(observer), waitMilliseconds };
  });
}

async function vacated(observer: Redis): Promise<void> {
  const endsAt = performance.now() + patienceMilliseconds;
  while ((await observer.hlen(totals)) > 0) {
    if (performance.now() > endsAt) throw new Error('The dead node was not swept in time');
    await pause(pollMilliseconds);
  }
}

/** Of all commands since the last reset: while one runs, nobody else is served. */
async function slowestMilliseconds(observer: Redis): Promise<number> {
  const entries = (await observer.slowlog('GET', -1)) as readonly (readonly [id: number, at: number, microseconds: number])[];
  return Math.max(0, ...entries.map(([, , microseconds]) => microseconds)) / 1000;
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
