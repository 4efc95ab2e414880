import { fanOut } from './fan-out.ts';
import type { Contestant, Scenario } from './scenario.ts';
import { toNobody } from './trigger.ts';

interface Comparison {
  readonly name: string;
  readonly unit: Scenario['unit'];
  readonly nodes: number;
  readonly work: Pick<Contestant, 'prepare' | 'measure'>;
}

/** Whole servers: what all of them spend together, beside one that is alone. */
export const redisNodes: readonly Scenario[] = [2, 3]
  .flatMap((nodes): readonly Comparison[] => [
    {
      name: `${nodes} nodes over Redis, fan-out 500 x 100 B x 16`,
      unit: 'frame',
      nodes,
      work: fanOut({ subscribers: 500, payloadBytes: 100, pace: { inFlight: 16 } }),
    },
    {
      name: `${nodes} nodes over Redis, 100 x 100 B at 1000/s`,
      unit: 'frame',
      nodes,
      work: fanOut({ subscribers: 100, payloadBytes: 100, pace: { perSecond: 1000 } }),
    },
    {
      name: `${nodes} nodes over Redis, trigger 100 B`,
      unit: 'request',
      nodes,
      work: toNobody({ via: 'trigger', payloadBytes: 100, requests: 20_000 }),
    },
  ])
  .map(({ name, unit, nodes, work }) => ({
    name,
    unit,
    isQuick: false,
    repetitions: 3,
    needs: 'tuning',
    program: 'redis-server',
    subject: { label: `${nodes} nodes`, target: 'subject', tuning: { nodes }, ...work },
    reference: { label: 'one node alone', target: 'subject', ...work },
    goals: [],
  }));
