import type { Chart } from './plot.ts';
import type { RunResult, ScenarioResult } from './result.ts';

/** File names and charts for a run; a chart without a bar is left out. */
export function chartsOf(run: RunResult): readonly (readonly [file: string, chart: Chart])[] {
  const subtitle = `${run.subject}, ${run.date.slice(0, 10)}, Node ${run.machine.node}, ${run.machine.processor}`;
  const fanOuts = run.scenarios.filter(({ name }) => name.startsWith('fan-out'));
  const charts = [
    ['ratios.svg', ratios(run, subtitle)],
    ['cost.svg', costs(fanOuts, subtitle)],
    ['latency.svg', latencies(fanOuts.filter(isPaced), subtitle)],
  ] as const;
  return charts.filter(([, { groups }]) => groups.length > 0);
}

/** With many events in flight, latency is only their number divided by the rate. */
function isPaced({ name }: ScenarioResult): boolean {
  return name.endsWith(' x 1') || name.endsWith('/s');
}

const ratioSeries = 'reference = 1';

function ratios({ scenarios }: RunResult, subtitle: string): Chart {
  const groups = scenarios.flatMap(({ name, goals }) =>
    goals
      .filter(({ kind, metric }) => kind === 'ratio' && metric === 'cpuMicroseconds')
      .map(({ value, atMost }) => ({
        label: name,
        bars: [{ series: ratioSeries, value, text: `${value.toFixed(2)}x`, mark: atMost }],
      })),
  );
  return { title: 'CPU time against the reference', subtitle, series: [ratioSeries], groups };
}

function costs(results: readonly ScenarioResult[], subtitle: string): Chart {
  const groups = results.flatMap(({ name, subject, reference }) => {
    const bars = [subject, reference].flatMap((side) => {
      const value = side?.median.cpuMicroseconds;
      return side === undefined || value === undefined ? [] : [{ series: side.target, value, text: value.toFixed(2) }];
    });
    return bars.length === 0 ? [] : [{ label: name, bars }];
  });
  return {
    title: 'Server CPU microseconds for each delivered frame',
    subtitle,
    series: [...new Set(groups.flatMap(({ bars }) => bars.map(({ series }) => series)))],
    groups,
  };
}

function latencies(results: readonly ScenarioResult[], subtitle: string): Chart {
  const groups = results.flatMap(({ name, subject: { median } }) => {
    const { p50Milliseconds: p50, p99Milliseconds: p99 } = median;
    if (p50 === undefined || p99 === undefined) return [];
    return [
      {
        label: name,
        bars: [
          { series: 'p50', value: p50, text: p50.toFixed(2) },
          { series: 'p99', value: p99, text: p99.toFixed(2) },
        ],
      },
    ];
  });
  return { title: 'Milliseconds from publisher to subscriber, generator included', subtitle, series: ['p50', 'p99'], groups };
}
