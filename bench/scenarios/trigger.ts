import type { PublishCommand } from '../generator/command.ts';
import { againstFloor, type Contestant, type Scenario } from './scenario.ts';
import { warmUp } from './warm-up.ts';

interface Triggers {
  readonly via: 'trigger' | 'batch';
  readonly payloadBytes: number;
  readonly requests: number;
}

const inFlight = 16;

/** Requests for channels without subscribers. */
export function toNobody({ via, payloadBytes, requests }: Triggers): Pick<Contestant, 'prepare' | 'measure'> {
  const publish = (): PublishCommand => ({
    verb: 'publish',
    via,
    channels: { prefix: 'nobody-', distinct: 100 },
    payloadBytes,
    events: requests,
    framesPerEvent: 0,
    pace: { inFlight },
  });
  return {
    prepare: async ({ generator }) => {
      await warmUp(generator, publish());
    },
    measure: (stage) =>
      stage.metered(
        () => stage.generator.do(publish()),
        (outcome) => outcome.units,
      ),
  };
}

function triggers({ name, isQuick, atMost, ...work }: Triggers & Pick<Scenario, 'name' | 'isQuick'> & { readonly atMost?: number }): Scenario {
  return {
    name,
    unit: 'request',
    isQuick,
    isShort: true,
    ...againstFloor(toNobody(work)),
    goals: atMost === undefined ? [] : [{ metric: 'cpuMicroseconds', kind: 'ratio', atMost }],
  };
}

/** The price of the HTTP API by itself: nobody listens. The floor checks no signature. */
export const triggersToNobody: readonly Scenario[] = [
  triggers({ name: 'trigger 100 B, no subscribers', via: 'trigger', payloadBytes: 100, requests: 20_000, isQuick: true, atMost: 1.9 }),
  triggers({ name: 'trigger 1 KB, no subscribers', via: 'trigger', payloadBytes: 1024, requests: 20_000, isQuick: false, atMost: 1.9 }),
  triggers({ name: 'batch of ten 100 B, no subscribers', via: 'batch', payloadBytes: 100, requests: 5000, isQuick: false }),
];
