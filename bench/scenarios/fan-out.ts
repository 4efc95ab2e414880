import type { Pace, PublishCommand } from '../generator/command.ts';
import type { MetricName } from '../measure/metrics.ts';
import { againstFloor, type Contestant, type Scenario } from './scenario.ts';
import { warmUp } from './warm-up.ts';

export interface FanOut {
  readonly subscribers: number;
  readonly payloadBytes: number;
  readonly pace: Pace;
  /** Channels that share the subscribers. */
  readonly channels?: number;
  readonly frames?: number;
}

const openInFlight = 32;
const framesPerRepetition = 100_000;
/** Where events share their writes a repetition would otherwise be over in a twentieth of a second. */
const framesInLargeLoops = 300_000;
const warmUpShare = 0.3;

/** Subscribers on a channel, or on many, and events for them. */
export function fanOut({
  subscribers,
  payloadBytes,
  pace,
  channels = 1,
  frames = framesPerRepetition,
}: FanOut): Pick<Contestant, 'prepare' | 'measure'> {
  const plan = { prefix: 'bench-', distinct: channels };
  const framesPerEvent = subscribers / channels;
  const publish = (share: number): PublishCommand => ({
    verb: 'publish',
    via: 'trigger',
    channels: plan,
    payloadBytes,
    events: Math.ceil((frames * share) / framesPerEvent),
    framesPerEvent,
    pace,
  });
  return {
    async prepare({ generator }) {
      await generator.do({ verb: 'open', connections: subscribers, inFlight: openInFlight, channels: plan });
      await warmUp(generator, publish(1));
      await generator.do(publish(warmUpShare));
    },
    measure: (stage) =>
      stage.metered(
        () => stage.generator.do(publish(1)),
        (outcome) => outcome.frames,
      ),
  };
}

const cpu: MetricName = 'cpuMicroseconds';
const sizes = [100, 1024] as const;
const crowds = [100, 500, 1000, 5000] as const;
/** Events in flight in a closed loop, and what they may cost. */
const closedLoops = [
  { inFlight: 1, atMost: 1.1 },
  { inFlight: 16, atMost: 1.25 },
  { inFlight: 64, atMost: 1.25 },
] as const;
const quickNames = new Set(['fan-out 100 x 100 B x 1', 'fan-out 1000 x 1 KB x 1', 'fan-out 1000 x 100 B x 16']);

const closed: readonly Scenario[] = crowds.flatMap((subscribers) =>
  sizes.flatMap((payloadBytes) =>
    closedLoops.map(({ inFlight, atMost }) => {
      const name = `fan-out ${subscribers} x ${sizeName(payloadBytes)} x ${inFlight}`;
      return {
        name,
        unit: 'frame',
        isQuick: quickNames.has(name),
        isShort: subscribers === 100,
        ...againstFloor(fanOut({ subscribers, payloadBytes, pace: { inFlight }, frames: framesOf(inFlight) })),
        goals: [{ metric: cpu, kind: 'ratio', atMost }],
      };
    }),
  ),
);

const open: readonly Scenario[] = [
  { subscribers: 100, perSecond: 1000 },
  { subscribers: 500, perSecond: 50 },
  { subscribers: 1000, perSecond: 50 },
].map(({ subscribers, perSecond }) => ({
  name: `fan-out ${subscribers} x 100 B at ${perSecond}/s`,
  unit: 'frame',
  isQuick: false,
  repetitions: 3,
  ...againstFloor(fanOut({ subscribers, payloadBytes: 100, pace: { perSecond }, frames: subscribers * perSecond * 2 })),
  goals: [{ metric: cpu, kind: 'ratio', atMost: 1.25 }],
}));

/** One event at a time, then many, then a fixed rate. */
export const fanOuts: readonly Scenario[] = [...closed, ...open];

/** Where the cost of a trigger shows: few subscribers for each event. */
export const smallChannels: readonly Scenario[] = [
  { channels: 1000, subscribers: 5000, isQuick: true, goals: [{ metric: cpu, kind: 'ratio', atMost: 1.5 }] as const },
  { channels: 5000, subscribers: 5000, isQuick: false, goals: [] }, // nearly all of it is the request, which has a goal of its own
].map(({ channels, subscribers, isQuick, goals }) => ({
  name: `${channels} channels of ${subscribers / channels}`,
  unit: 'frame',
  isQuick,
  ...againstFloor(fanOut({ subscribers, payloadBytes: 100, pace: { inFlight: 16 }, channels, frames: 50_000 })),
  goals,
}));

const windowed = fanOut({ subscribers: 100, payloadBytes: 100, pace: { perSecond: 2000 }, frames: 300_000 });

/** What gathering the events of a busy channel saves. */
export const deliveryWindow: Scenario = {
  name: 'window 1 ms, 100 x 100 B at 2000/s',
  unit: 'frame',
  isQuick: false,
  needs: 'tuning',
  subject: { label: 'window 1 ms', target: 'subject', tuning: { windowMilliseconds: 1 }, ...windowed },
  reference: { label: 'no window', target: 'subject', tuning: { windowMilliseconds: 0 }, ...windowed },
  goals: [{ metric: cpu, kind: 'ratio', atMost: 0.55 }],
};

function framesOf(inFlight: number): number {
  return inFlight === 1 ? framesPerRepetition : framesInLargeLoops;
}

function sizeName(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${bytes / 1024} KB`;
}
