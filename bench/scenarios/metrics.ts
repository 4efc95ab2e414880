import type { Metrics } from '../measure/metrics.ts';
import { fanOut } from './fan-out.ts';
import type { Contestant, Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { toNobody } from './trigger.ts';

type Work = Pick<Contestant, 'prepare' | 'measure'>;

const works: readonly (readonly [name: string, unit: Scenario['unit'], work: Work])[] = [
  ['fan-out 100 x 100 B at 1000/s', 'frame', fanOut({ subscribers: 100, payloadBytes: 100, pace: { perSecond: 1000 }, frames: 500_000 })],
  ['trigger 100 B, no subscribers', 'request', toNobody({ via: 'trigger', payloadBytes: 100, requests: 40_000 })],
];

/** What a collector adds to a server that works: it comes once in each repetition, which is three times as often as usual. */
export const collected: readonly Scenario[] = works.map(([name, unit, work]) => ({
  name: `metrics, ${name}`,
  unit,
  isQuick: false,
  needs: 'tuning',
  subject: { label: 'metrics', target: 'subject', tuning: { hasMetrics: true }, ...work, measure: (stage) => whileCollected(stage, work) },
  reference: { label: 'no metrics', target: 'subject', tuning: { hasMetrics: false }, ...work },
  goals: [{ metric: 'cpuMicroseconds', kind: 'ratio', atMost: 1.01 }],
}));

async function whileCollected(stage: Stage, work: Work): Promise<Metrics> {
  const { metricsPort } = stage.target;
  if (metricsPort === undefined) throw new Error('The server shows no metrics');
  const [measured, answer] = await Promise.all([work.measure(stage), fetch(`http://127.0.0.1:${metricsPort}/metrics`)]);
  if (!(await answer.text()).includes('clarion_connections')) throw new Error('The server shows no metrics');
  return measured;
}
