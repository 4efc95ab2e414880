import type { PublishCommand } from '../generator/command.ts';
import type { Metrics } from '../measure/metrics.ts';
import { residentBytes } from '../measure/usage.ts';
import { againstFloor, type Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const openInFlight = 64;
const goalBytes = 2048;

/** Enough short-lived objects that the young generation has its full size before anything is measured. */
const heapFiller: PublishCommand = {
  verb: 'publish',
  via: 'trigger',
  channels: { prefix: 'nobody-', distinct: 1 },
  payloadBytes: 1024,
  events: 30_000,
  framesPerEvent: 0,
  pace: { inFlight: 16 },
};

/** Resident memory after a collection: what the connections hold, not what opening them left behind. */
async function settledBytes({ target }: Stage): Promise<number> {
  await target.collectGarbage();
  return target.pids.length === 0 ? Number.NaN : residentBytes(target.pids);
}

async function cycle(stage: Stage, connections: number): Promise<Metrics> {
  const before = await settledBytes(stage);
  const channels = { prefix: 'idle-', distinct: connections };
  await stage.generator.do({ verb: 'open', connections, inFlight: openInFlight, channels });
  await stage.quiet();
  const held = (await settledBytes(stage)) - before;
  await stage.generator.do({ verb: 'drop' });
  await stage.quiet();
  return Number.isNaN(held) ? {} : { residentBytes: held / connections };
}

/** Connections that do nothing, each on one channel of its own. */
export const idleConnections: readonly Scenario[] = [
  { connections: 5000, isQuick: false },
  { connections: 15_000, isQuick: true },
].map(({ connections, isQuick }) => ({
  name: `${connections} idle connections`,
  unit: 'connection',
  isQuick,
  // A heap that has been full before is not given back at once, so that only the first measurement of a process is true.
  isFresh: true,
  repetitions: 3,
  quickRepetitions: 1,
  ...againstFloor({
    prepare: async (stage) => {
      await stage.generator.do(heapFiller);
      await cycle(stage, 500);
    },
    measure: (stage) => cycle(stage, connections),
  }),
  goals: [{ metric: 'residentBytes', kind: 'value', atMost: goalBytes }],
}));
