import type { MetricName } from '../measure/metrics.ts';
import type { RunResult, ScenarioResult } from './result.ts';
import { textTable } from './table.ts';

const compared: readonly MetricName[] = ['cpuMicroseconds', 'perSecond', 'p99Milliseconds', 'residentBytes', 'stallMilliseconds', 'grownMegabytes'];

/** The subjects of two runs side by side: what became cheaper, what dearer. */
export function comparison(a: RunResult, b: RunResult): string {
  const byName = new Map(b.scenarios.map((result) => [result.name, result]));
  const rows = a.scenarios.flatMap((before) => {
    const after = byName.get(before.name);
    return after === undefined ? [] : compareScenario(before, after);
  });
  if (rows.length === 0) return 'The two runs have no scenario in common.';
  return textTable(['scenario', 'metric', `A ${a.date}`, `B ${b.date}`, 'B / A', 'goal ratio A', 'goal ratio B'], rows);
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
