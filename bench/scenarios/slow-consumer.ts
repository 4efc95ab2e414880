import type { Pace } from '../generator/command.ts';
import type { Metrics } from '../measure/metrics.ts';
import { residentBytes } from '../measure/usage.ts';
import { againstFloor, type Contestant, type Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const readers = 100;
const payloadBytes = 8192;
/** Together more than the kernel's buffers and the server's own limit for one socket hold. */
const events = 2000;
const channels = { prefix: 'bench-', distinct: 1 };
const sampleMilliseconds = 20;
const megabyte = 1024 * 1024;
/** The limit for one socket's backlog is 1 MB; the rest is what a burst of 8 KB events leaves to the collector. */
const goalMegabytes = 16;

/** The most memory above the beginning, while the work lasts. */
async function peakGrowth(pids: readonly number[], work: () => Promise<void>): Promise<{ readonly grownMegabytes?: number }> {
  if (pids.length === 0) return work().then(() => ({}));
  const before = residentBytes(pids);
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, residentBytes(pids));
  }, sampleMilliseconds);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return { grownMegabytes: (peak - before) / megabyte };
}

/** Publishes to 100 who read and perhaps to one who does not. */
function publish(stage: Stage, pace: Pace, hasSleeper: boolean): Promise<Metrics> {
  const command = { verb: 'publish', via: 'trigger', channels, payloadBytes, events, framesPerEvent: readers, pace, hasSleeper } as const;
  return stage.metered(
    () => stage.generator.do(command),
    (outcome) => outcome.frames,
  );
}

async function withSubscribers(stage: Stage, connections: number, work: () => Promise<Metrics>): Promise<Metrics> {
  await stage.generator.do({ verb: 'open', connections, inFlight: 16, channels });
  const metrics = await work();
  await stage.generator.do({ verb: 'drop' });
  await stage.quiet();
  return metrics;
}

function publishBesideSleeper(stage: Stage): Promise<Metrics> {
  return withSubscribers(stage, readers + 1, async () => {
    let metrics = {};
    const growth = await peakGrowth(stage.target.pids, async () => {
      metrics = await publish(stage, { inFlight: 4 }, true);
    });
    return { lost: 0, ...metrics, ...growth };
  });
}

/** One of 101 subscribers stops reading: it is closed, the others get everything, and memory stays. */
export const slowConsumer: Scenario = {
  name: 'one of 101 stops reading',
  unit: 'frame',
  isQuick: false,
  repetitions: 2,
  ...againstFloor({
    prepare: async (stage) => {
      await publishBesideSleeper(stage);
    },
    measure: publishBesideSleeper,
  }),
  goals: [
    { metric: 'cpuMicroseconds', kind: 'ratio', atMost: 1.25 },
    { metric: 'grownMegabytes', kind: 'value', atMost: goalMegabytes },
  ],
};

/** How fast events reach the others, at a fixed rate. */
function atFixedRate(label: string, hasSleeper: boolean): Contestant {
  const connections = readers + (hasSleeper ? 1 : 0);
  const measure = (stage: Stage) => withSubscribers(stage, connections, () => publish(stage, { perSecond: 250 }, hasSleeper));
  return {
    label,
    target: 'subject',
    measure,
    prepare: async (stage) => {
      await measure(stage);
    },
  };
}

/** The other 100 do not notice that one stops reading. */
export const besideSlowConsumer: Scenario = {
  name: 'others beside a slow reader',
  unit: 'frame',
  isQuick: false,
  subject: atFixedRate('beside a slow reader', true),
  reference: atFixedRate('without one', false),
  goals: [{ metric: 'p99Milliseconds', kind: 'ratio', atMost: 1.25 }],
};
