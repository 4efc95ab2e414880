import type { PublishCommand } from '../generator/command.ts';
import { againstFloor, type Contestant, type Scenario } from './scenario.ts';
import { warmUp } from './warm-up.ts';

const members = 100;
/** Where events share their writes a repetition would otherwise be over in a twentieth of a second. */
const framesOf = (inFlight: number): number => (inFlight === 1 ? 100_000 : 300_000);
const channels = { prefix: 'private-bench-', distinct: 1 };

function publish(inFlight: number, share: number): PublishCommand {
  const framesPerEvent = members - 1;
  const events = Math.ceil((framesOf(inFlight) * share) / framesPerEvent);
  return { verb: 'publish', via: 'client-event', channels, payloadBytes: 100, events, framesPerEvent, pace: { inFlight } };
}

/** From one member of a private channel to the 99 others, each being the sender in turn. */
export const clientEvents: readonly Scenario[] = [
  { inFlight: 1, atMost: 1.1, isQuick: true },
  { inFlight: 16, atMost: 1.25, isQuick: false },
].map(({ inFlight, atMost, isQuick }) => ({
  name: `client events, ${members} members x ${inFlight}`,
  unit: 'frame',
  isQuick,
  ...againstFloor(membersTalk(inFlight)),
  goals: [{ metric: 'cpuMicroseconds', kind: 'ratio', atMost }],
}));

function membersTalk(inFlight: number): Pick<Contestant, 'prepare' | 'measure'> {
  return {
    prepare: async ({ generator }) => {
      await generator.do({ verb: 'open', connections: members, inFlight: 16, channels });
      await warmUp(generator, publish(inFlight, 1));
      await generator.do(publish(inFlight, 0.3));
    },
    measure: (stage) =>
      stage.metered(
        () => stage.generator.do(publish(inFlight, 1)),
        (outcome) => outcome.frames,
      ),
  };
}
