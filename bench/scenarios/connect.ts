import type { Metrics } from '../measure/metrics.ts';
import { againstFloor, type Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const connections = 3000;
const openInFlight = 64;
/** After one, the first repetition still costs a third more than the others. */
const warmUps = 3;

export async function openAndDrop(stage: Stage, prefix: string): Promise<Metrics> {
  const metrics = await stage.metered(
    () => stage.generator.do({ verb: 'open', connections, inFlight: openInFlight, channels: { prefix, distinct: connections } }),
    (outcome) => outcome.units,
  );
  await stage.generator.do({ verb: 'drop' });
  await stage.quiet();
  return metrics;
}

/** From the TCP connection to the answer to the first subscription, on a channel of its own. */
export const connects: readonly Scenario[] = [
  { name: 'connect + subscribe', prefix: 'bench-', isQuick: true },
  { name: 'connect + subscribe, signed', prefix: 'private-bench-', isQuick: true },
].map(({ name, prefix, isQuick }) => ({
  name,
  unit: 'connection',
  isQuick,
  ...againstFloor({
    prepare: async (stage) => {
      for (let nth = 0; nth < warmUps; nth++) await openAndDrop(stage, prefix);
    },
    measure: (stage) => openAndDrop(stage, prefix),
  }),
  goals: [{ metric: 'cpuMicroseconds', kind: 'ratio', atMost: 1.4 }],
}));
