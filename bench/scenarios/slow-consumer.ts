import type { Metrics } from '../measure/metrics.ts';
import { residentBytes } from '../measure/usage.ts';
import { againstFloor, type Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const subscribers = 101;
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

async function publishBesideSleeper(stage: Stage): Promise<Metrics> {
  await stage.generator.do({ verb: 'open', connections: subscribers, inFlight: 16, channels });
  let metrics = {};
  const growth = await peakGrowth(stage.target.pids, async () => {
    metrics = await stage.metered(
      () =>
        stage.generator.do({
          verb: 'publish',
          via: 'trigger',
          channels,
          payloadBytes,
          events,
          framesPerEvent: subscribers - 1,
          pace: { inFlight: 4 },
          hasSleeper: true,
        }),
      (outcome) => outcome.frames,
    );
  });
  await stage.generator.do({ verb: 'drop' });
  await stage.quiet();
  return { lost: 0, ...metrics, ...growth };
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
