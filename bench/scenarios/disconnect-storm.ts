import { setTimeout as pause } from 'node:timers/promises';
import type { Metrics } from '../measure/metrics.ts';
import { againstFloor, type Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const connections = 15_000;
const openInFlight = 64;
/** Each of them asks every 100 ms. */
const probes = { connections: 50, intervalMilliseconds: 2 };
const stallGoalMilliseconds = 50;
/** Pings before the storm, so that a slow first one is not taken for a stall. */
const leadMilliseconds = 100;

/** The process that holds all connections is killed, while another one pings. */
async function storm(stage: Stage, count: number): Promise<Metrics> {
  const victim = stage.addGenerator();
  await victim.do({ verb: 'open', connections: count, inFlight: openInFlight, channels: { prefix: 'storm-', distinct: count } });
  await stage.quiet();
  await stage.generator.do({ verb: 'probe', ...probes });
  await pause(leadMilliseconds);
  let stalls: Metrics = {};
  const metrics = await stage.metered(
    async () => {
      await victim.kill();
      await stage.quiet();
      const probe = await stage.generator.do({ verb: 'probe report' });
      stalls = defined({ stallMilliseconds: probe.silenceMilliseconds, waitMilliseconds: probe.latency?.max });
      return probe;
    },
    () => count,
  );
  const { cpuMicroseconds, generatorShare, strangersShare } = metrics;
  return { ...defined({ cpuMicroseconds, generatorShare, strangersShare }), ...stalls };
}

/** Every socket on a channel of its own, all gone at once: the most bookkeeping that a close can cause. */
export const disconnectStorm: Scenario = {
  name: `${connections} sockets leave ${connections} channels`,
  unit: 'connection',
  isQuick: true,
  repetitions: 3,
  quickRepetitions: 2,
  ...againstFloor({
    prepare: async (stage) => {
      await storm(stage, 1000);
    },
    measure: (stage) => storm(stage, connections),
  }),
  goals: [
    { metric: 'cpuMicroseconds', kind: 'ratio', atMost: 2 },
    { metric: 'stallMilliseconds', kind: 'value', atMost: stallGoalMilliseconds },
  ],
};

function defined(metrics: { readonly [name in keyof Metrics]: number | undefined }): Metrics {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => value !== undefined));
}
