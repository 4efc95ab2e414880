import type { PublishCommand } from '../generator/command.ts';
import { againstFloor, type Scenario } from './scenario.ts';

interface Triggers {
  readonly name: string;
  readonly via: 'trigger' | 'batch';
  readonly payloadBytes: number;
  readonly requests: number;
  readonly isQuick: boolean;
  readonly atMost?: number;
}

const inFlight = 16;
const warmUpShare = 0.5;

function triggers({ name, via, payloadBytes, requests, isQuick, atMost }: Triggers): Scenario {
  const publish = (share: number): PublishCommand => ({
    verb: 'publish',
    via,
    channels: { prefix: 'nobody-', distinct: 100 },
    payloadBytes,
    events: requests * share,
    framesPerEvent: 0,
    pace: { inFlight },
  });
  return {
    name,
    unit: 'request',
    isQuick,
    ...againstFloor({
      prepare: async ({ generator }) => {
        await generator.do(publish(warmUpShare));
      },
      measure: (stage) =>
        stage.metered(
          () => stage.generator.do(publish(1)),
          (outcome) => outcome.units,
        ),
    }),
    goals: atMost === undefined ? [] : [{ metric: 'cpuMicroseconds', kind: 'ratio', atMost }],
  };
}

/** The price of the HTTP API by itself: nobody listens. The floor checks no signature. */
export const triggersToNobody: readonly Scenario[] = [
  triggers({ name: 'trigger 100 B, no subscribers', via: 'trigger', payloadBytes: 100, requests: 20_000, isQuick: true, atMost: 1.9 }),
  triggers({ name: 'trigger 1 KB, no subscribers', via: 'trigger', payloadBytes: 1024, requests: 20_000, isQuick: false, atMost: 1.9 }),
  triggers({ name: 'batch of ten 100 B, no subscribers', via: 'batch', payloadBytes: 100, requests: 5000, isQuick: false }),
];
