import { join } from './exposition.ts';
import { logLines } from './limit-families.ts';
import type { LineCounts } from './line-counts.ts';
import type { Metric } from './metric.ts';
import type { Readings } from './readings.ts';
import type { RuntimeMetrics } from './runtime.ts';
import { readUsage } from './usage.ts';

interface WorkersMetricsOptions {
  /** How many there shall be. */
  readonly workers: number;
  /** Asks the workers that live now, by an id that none of them ever has again; `undefined` stands for no answer in time. */
  readonly survey: () => Promise<ReadonlyMap<string, Readings | undefined>>;
  /** Of the parent, as what follows. */
  readonly lines: Readonly<LineCounts>;
  readonly runtime: RuntimeMetrics;
}

/**
 * Adds up what workers tell. What a worker had counted stays counted when it ends: a sum that becomes smaller would look like a restart, and be
 * counted twice.
 */
export class WorkersMetrics {
  readonly #options: WorkersMetricsOptions;
  /** The last answer of each worker that lives. */
  readonly #last = new Map<string, Readings>();
  #ended: readonly Metric[] = [];

  constructor(options: WorkersMetricsOptions) {
    this.#options = options;
  }

  /** One for each process, the parent included. */
  async read(): Promise<readonly Readings[]> {
    const { workers, survey, lines, runtime } = this.#options;
    const answers = await survey();
    const ended = [...this.#last].filter(([id]) => !answers.has(id));
    for (const [id] of ended) this.#last.delete(id);
    if (ended.length > 0) this.#ended = await join([this.#ended, ...ended.map(([, readings]) => countsOf(readings))]);
    const living = [...answers].flatMap(([id, answer]) => this.#living(id, answer));
    const answering = [...answers.values()].filter((answer) => answer !== undefined).length;
    const own = [...describeWorkers(workers, answering), describeLines(lines), ...(await runtime.collect())];
    return [
      { metrics: own, usage: readUsage() },
      ...living,
      ...(this.#ended.length > 0 ? [{ metrics: this.#ended, usage: { used: 0, total: 0 } }] : []),
    ];
  }

  /** Of one that does not answer, what it had counted is still true. */
  #living(id: string, answer: Readings | undefined): readonly Readings[] {
    if (answer !== undefined) {
      this.#last.set(id, answer);
      return [answer];
    }
    const last = this.#last.get(id);
    return last === undefined ? [] : [{ metrics: countsOf(last), usage: { used: 0, total: 0 } }];
  }
}

/** How many processes serve. */
export function describeWorkers(configured: number, answering: number): readonly Metric[] {
  const gauge = (name: string, help: string, value: number): Metric => ({
    name,
    help,
    type: 'gauge',
    aggregator: 'first',
    values: [{ value, labels: {} }],
  });
  return [
    gauge('clarion_workers_configured', 'Processes that shall serve.', configured),
    gauge('clarion_workers_answering', 'Processes that answered when these metrics were collected.', answering),
  ];
}

function describeLines(lines: Readonly<LineCounts>): Metric {
  const { name, help, type, read } = logLines;
  return { name, help, type, aggregator: 'sum', values: read({ lines }).map(([value, level = '']) => ({ value, labels: { level } })) };
}

/** What only grows. */
function countsOf({ metrics }: Readings): readonly Metric[] {
  return metrics.filter(({ type }) => type === 'counter' || type === 'histogram');
}
