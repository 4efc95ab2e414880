import { expect, it } from 'vitest';
import type { Metrics } from '../measure/metrics.ts';
import type { JudgedGoal, RunResult } from './result.ts';
import { heading, rowsOf } from './rows.ts';

const side = (label: string, median: Metrics) => ({ label, target: label, median, repetitions: [median] });

function cellsOf(subject: Metrics, reference: Metrics, goal: JudgedGoal): Record<string, string | undefined> {
  const scenarios = [{ name: 'example', unit: 'frame', subject: side('subject', subject), reference: side('floor', reference), goals: [goal] }];
  const [row = []] = rowsOf({ scenarios } as unknown as RunResult);
  return Object.fromEntries(heading.map((name, nth) => [name, row[nth]]));
}

it('shows a goal in the unit of its metric', () => {
  const latency: JudgedGoal = { metric: 'p99Milliseconds', kind: 'ratio', atMost: 1.25, value: 1.1, isMet: true };
  expect(cellsOf({ p99Milliseconds: 2.2 }, { p99Milliseconds: 2 }, latency)).toMatchObject({
    subject: '2.20 ms',
    reference: '2.00 ms',
    ratio: '1.10x',
  });
});

it('leaves out what was not measured of the subject', () => {
  const cost: JudgedGoal = { metric: 'cpuMicroseconds', kind: 'ratio', atMost: 1.25, value: 0.5, isMet: true };
  expect(cellsOf({ perSecond: 1 }, { p50Milliseconds: 2 }, cost)).toMatchObject({ 'per second': '1', 'p50 ms': '' });
});

it('shows what both sides took for it, not the cost alone', () => {
  const cost: JudgedGoal = { metric: 'cpuMicroseconds', kind: 'ratio', atMost: 1.25, value: 0.5, isMet: true };
  const cells = cellsOf(
    { cpuMicroseconds: 2, perSecond: 1000, p50Milliseconds: 1.3 },
    { cpuMicroseconds: 4, perSecond: 3000, p50Milliseconds: 0.3 },
    cost,
  );
  expect(cells).toMatchObject({ subject: '2.00 us/frame', 'per second': '1,000 / 3,000', 'p50 ms': '1.30 / 0.30' });
});
