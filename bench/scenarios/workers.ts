import { fanOut } from './fan-out.ts';
import type { Contestant, Scenario } from './scenario.ts';
import { toNobody } from './trigger.ts';

interface Work {
  readonly name: string;
  readonly unit: Scenario['unit'];
  readonly work: Pick<Contestant, 'prepare' | 'measure'>;
}

const works: readonly Work[] = [
  { name: 'fan-out 500 x 100 B x 16', unit: 'frame', work: fanOut({ subscribers: 500, payloadBytes: 100, pace: { inFlight: 16 } }) },
  { name: 'trigger 100 B, no subscribers', unit: 'request', work: toNobody({ via: 'trigger', payloadBytes: 100, requests: 20_000 }) },
];

/** Several processes on every core but the generator's, beside one process there. CPU time is that of all of them and of their parent. */
export const workers: readonly Scenario[] = [2, 4].flatMap((count) =>
  works.map(({ name, unit, work }) => ({
    name: `${count} workers, ${name}`,
    unit,
    isQuick: false,
    repetitions: 3,
    needs: 'tuning',
    subject: { label: `${count} workers`, target: 'subject', tuning: { workers: count }, ...work },
    reference: { label: 'one process', target: 'subject', tuning: { workers: 1 }, ...work },
    goals: [],
  })),
);
