import type { Outcome } from '../generator/command.ts';
import type { Metrics } from '../measure/metrics.ts';
import type { Contestant, Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const joins = 500;
const inFlight = 16;
/** Each event of the storm reaches those who came before, half of all on average. */
const averageListeners = joins / 2;
const events = joins;
/** Until the code is compiled and has settled. */
const warmUpStorms = 8;
/** Frame bytes that are not the payload: event, channel, and the escaped quotes. */
const envelopeBytes = 64;

async function storm(stage: Stage, meter: (work: () => Promise<Outcome>) => Promise<Metrics>): Promise<Metrics> {
  await stage.generator.do({ verb: 'open', connections: joins, inFlight });
  await stage.quiet();
  const metrics = await meter(() => stage.generator.do({ verb: 'join', channel: 'presence-storm', inFlight }));
  await stage.generator.do({ verb: 'drop' });
  await stage.quiet();
  return metrics;
}

function meteredStorm(stage: Stage): Promise<Metrics> {
  return storm(stage, (work) => stage.metered(work, (outcome) => outcome.frames));
}

/**
 * Remembers between `prepare` and `measure` how large the storm's frames were. Its connections are new each time, as the storm's are: to a new one
 * the kernel confirms every write at once, which is part of the cost.
 */
function sameBytes(): Pick<Contestant, 'prepare' | 'measure'> {
  let bytesPerFrame = 0;
  const channels = { prefix: 'bench-', distinct: 1 };
  const fanOut = async (stage: Stage): Promise<Metrics> => {
    await stage.generator.do({ verb: 'open', connections: averageListeners, inFlight, channels });
    await stage.quiet();
    const payloadBytes = Math.round(bytesPerFrame) - envelopeBytes;
    const publish = {
      verb: 'publish',
      via: 'trigger',
      channels,
      payloadBytes,
      events,
      framesPerEvent: averageListeners,
      pace: { inFlight },
    } as const;
    const metrics = await stage.metered(
      () => stage.generator.do(publish),
      (outcome) => outcome.frames,
    );
    await stage.generator.do({ verb: 'drop' });
    await stage.quiet();
    return metrics;
  };
  return {
    async prepare(stage) {
      bytesPerFrame = (await meteredStorm(stage)).bytesPerFrame ?? 0;
      for (let nth = 0; nth < warmUpStorms; nth++) await fanOut(stage);
    },
    measure: fanOut,
  };
}

/** 500 users join one presence channel; compared with ordinary events of as many bytes, to as many listeners. */
export const presenceStorm: Scenario = {
  name: `presence storm of ${joins} joins`,
  unit: 'frame',
  isQuick: true,
  repetitions: 10,
  quickRepetitions: 5,
  needs: 'presence',
  subject: {
    label: 'storm',
    target: 'subject',
    prepare: async (stage) => {
      for (let nth = 0; nth < warmUpStorms; nth++) await meteredStorm(stage);
    },
    measure: meteredStorm,
  },
  reference: { label: 'fan-out of the same bytes', target: 'subject', ...sameBytes() },
  goals: [{ metric: 'cpuMicroseconds', kind: 'ratio', atMost: 1 }],
};
