import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { capacity } from './capacity.ts';
import { chartsOf } from './charts.ts';
import { barChart } from './plot.ts';
import { withResults } from './readme.ts';
import type { RunResult } from './result.ts';

/** Renews what the repository shows of the bench: charts, the README's table, the estimate of the capacity. */
export function publish(result: RunResult, benchFolder: string): void {
  const charts = chartsOf(result);
  mkdirSync(`${benchFolder}results`, { recursive: true });
  for (const [file, chart] of charts) writeFileSync(`${benchFolder}results/${file}`, barChart(chart));
  const readme = `${benchFolder}README.md`;
  const files = charts.map(([file]) => file);
  writeFileSync(readme, withResults(readFileSync(readme, 'utf8'), result, files));
  const estimate = capacity(result);
  if (estimate !== undefined) writeFileSync(`${benchFolder}capacity.md`, estimate);
}
