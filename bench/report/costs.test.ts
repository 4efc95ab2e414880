import { expect, it } from 'vitest';
import type { Metrics } from '../measure/metrics.ts';
import { scenarios } from '../scenarios/all.ts';
import { costsOf } from './costs.ts';
import type { RunResult } from './result.ts';

it('finds every cost of the capacity model in a run of all scenarios', () => {
  const median: Metrics = {
    cpuMicroseconds: 1,
    residentBytes: 1,
    receiverMicroseconds: 1,
    redisMicroseconds: 1,
    parentMicroseconds: 1,
    bytesPerFrame: 1,
  };
  const side = { label: 'subject', target: 'clarion', median, repetitions: [median] };
  const run: RunResult = {
    format: 1,
    date: '2026-01-01T00:00:00.000Z',
    mode: 'full',
    subject: 'clarion',
    repetitions: 1,
    machine: { processor: 'any', cores: 2, isPinned: true, kernel: 'any', node: '22.0.0' },
    scenarios: scenarios.map(({ name, unit }) => ({ name, unit, subject: side, reference: side, goals: [] })),
    faults: [],
    skipped: [],
    seconds: 1,
  };
  for (const [part, costs] of Object.entries(costsOf(run))) expect(costs, part).toBeDefined();
});
