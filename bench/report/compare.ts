import type { MetricName } from '../measure/metrics.ts';
import type { RunResult, ScenarioResult } from './result.ts';
import { textTable } from './table.ts';

const compared: readonly MetricName[] = ['cpuMicroseconds', 'perSecond', 'p99Milliseconds', 'residentBytes', 'stallMilliseconds', 'grownMegabytes'];

/** The subjects of two runs side by side: what became cheaper, what dearer, and what only one of them has. */
export function comparison(a: RunResult, b: RunResult): string {
  const byName = new Map(b.scenarios.map((result) => [result.name, result]));
  const rows = a.scenarios.flatMap((before) => {
    const after = byName.get(before.name);
    return after === undefined ? [] : compareScenario(before, after);
  });
  const table = rows.length === 0 ? 'The two runs have no scenario in common.' : textTable(heading, rows);
  const lines = [`A: ${describe(a)}`, `B: ${describe(b)}`, '', table, ...onlyIn('A', a, b), ...onlyIn('B', b, a)];
  if (machineOf(a) !== machineOf(b)) lines.push('', 'The machines differ: only the goal ratios can be compared.');
  return lines.join('\n');
}

const heading = ['scenario', 'metric', 'A', 'B', 'B / A', 'goal ratio A', 'goal ratio B'] as const;

function describe(run: RunResult): string {
  return `${run.subject}, ${run.mode} run of ${run.date}, ${machineOf(run)}`;
}

function machineOf({ machine }: RunResult): string {
  const { processor, cores, isPinned, kernel, node } = machine;
  return `Node ${node}, ${processor}, ${cores} cores, Linux ${kernel}, ${isPinned ? 'pinned' : 'not pinned'}`;
}

function onlyIn(letter: string, run: RunResult, other: RunResult): readonly string[] {
  const names = new Set(other.scenarios.map(({ name }) => name));
  return run.scenarios.filter(({ name }) => !names.has(name)).map(({ name }) => `Only in ${letter}: ${name}`);
}

function compareScenario(before: ScenarioResult, after: ScenarioResult): readonly (readonly string[])[] {
  return compared.flatMap((metric) => {
    const a = before.subject.median[metric];
    const b = after.subject.median[metric];
    if (a === undefined || b === undefined) return [];
    return [
      [before.name, metric, a.toFixed(2), b.toFixed(2), a === 0 ? '' : `${(b / a).toFixed(2)}x`, goalRatio(before, metric), goalRatio(after, metric)],
    ];
  });
}

function goalRatio({ goals }: ScenarioResult, metric: MetricName): string {
  const goal = goals.find((candidate) => candidate.metric === metric && candidate.kind === 'ratio');
  return goal === undefined ? '' : `${goal.value.toFixed(2)}x`;
}
