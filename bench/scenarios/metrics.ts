import { setTimeout as pause } from 'node:timers/promises';
import type { Metrics } from '../measure/metrics.ts';
import { fanOut } from './fan-out.ts';
import type { Contestant, Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

type Work = Pick<Contestant, 'prepare' | 'measure'>;

const seconds = 3;
const collectMilliseconds = 1000;
/** Measured, a collection costs five times less by then. */
const warmUpCollections = 100;

const rest: Work = {
  prepare: async () => {},
  measure: (stage) =>
    stage.metered(
      async () => {
        await pause(seconds * 1000);
        return { seconds, units: seconds, frames: 0, bytes: 0, lost: 0 };
      },
      (outcome) => outcome.units,
    ),
};

const works: readonly (readonly [name: string, unit: Scenario['unit'], work: Work])[] = [
  ['at rest', 'second', rest],
  ['fan-out 100 x 100 B at 100/s', 'frame', fanOut({ subscribers: 100, payloadBytes: 100, pace: { perSecond: 100 }, frames: 100 * 100 * seconds })],
];

/**
 * What metrics take of a core when a collector comes once a second, fifteen times as often as usual. A difference and not a ratio: they cost the
 * same whatever else there is to do, and two processes that do the same work differ by more than that.
 */
export const collected: readonly Scenario[] = works.map(([name, unit, work]) => ({
  name: `metrics, ${name}`,
  unit,
  isQuick: false,
  needs: 'tuning',
  subject: {
    label: 'metrics',
    target: 'subject',
    tuning: { hasMetrics: true },
    async prepare(stage) {
      for (let nth = 0; nth < warmUpCollections; nth++) await collectOnce(stage);
      await work.prepare(stage);
    },
    measure: (stage) => whileCollected(stage, work),
  },
  reference: { label: 'no metrics', target: 'subject', tuning: { hasMetrics: false }, ...work },
  goals: [{ metric: 'serverShare', kind: 'difference', atMost: 0.01 }],
}));

async function whileCollected(stage: Stage, work: Work): Promise<Metrics> {
  const faults: unknown[] = [];
  const collect = (): void => void collectOnce(stage).catch((fault: unknown) => faults.push(fault));
  const timer = setInterval(collect, collectMilliseconds);
  try {
    collect();
    const measured = await work.measure(stage);
    if (faults.length > 0) throw faults[0];
    return measured;
  } finally {
    clearInterval(timer);
  }
}

async function collectOnce({ target: { metricsPort } }: Stage): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  if (!(await answer.text()).includes('clarion_connections')) throw new Error('The server shows no metrics');
}
