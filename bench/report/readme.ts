import type { RunResult } from './result.ts';
import { heading, rowsOf } from './rows.ts';
import { markdownTable } from './table.ts';

const begin = '<!-- results: written by npm run bench -- --publish -->';
const end = '<!-- end of results -->';

/** The README with its section of results renewed. */
export function withResults(readme: string, run: RunResult, charts: readonly string[]): string {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error('The README has no section for results');
  return `${readme.slice(0, from + begin.length)}\n${section(run, charts)}\n${readme.slice(to)}`;
}

function section(run: RunResult, charts: readonly string[]): string {
  const { machine, mode, repetitions, date, subject } = run;
  const placement = machine.isPinned ? 'server and generator pinned to a core each' : 'server and generator not pinned';
  return [
    `${date.slice(0, 10)}: ${subject}, ${mode} run, medians of ${repetitions} repetitions, of more where one is short or the verdict is in doubt, of fewer where one takes long; Node ${machine.node}, ${machine.processor}, ${machine.cores} cores, Linux ${machine.kernel}, ${placement}.`,
    '',
    markdownTable(heading, rowsOf(run)),
    '',
    ...charts.map((file) => `![${file.replace('.svg', '')}](results/${file})`),
  ].join('\n');
}
