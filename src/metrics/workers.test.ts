import { describe, expect, it } from 'vitest';
import { join } from './exposition.ts';
import type { Metric } from './metric.ts';
import type { Readings } from './readings.ts';
import { RuntimeMetrics } from './runtime.ts';
import { WorkersMetrics } from './workers.ts';

const usage = { used: 1, total: 2 };

function reading(count: number, gauge: number): Readings {
  const metric = (name: string, type: Metric['type'], value: number): Metric => ({
    name,
    help: name,
    type,
    aggregator: 'sum',
    values: [{ value, labels: { app: 'a' } }],
  });
  return { usage, metrics: [metric('counted', 'counter', count), metric('open', 'gauge', gauge)] };
}

/** Workers whose answers a test sets. */
function createWorkers() {
  const answers = new Map<string, Readings | undefined>();
  const lines = { warn: 0, error: 0 };
  const metrics = new WorkersMetrics({ workers: 2, survey: async () => new Map(answers), lines, runtime: new RuntimeMetrics() });
  const read = async (name: string): Promise<number | undefined> => {
    const joined = await join((await metrics.read()).map((one) => one.metrics));
    return joined.find((metric) => metric.name === name)?.values[0]?.value;
  };
  return { answers, lines, read };
}

describe('the metrics of workers', () => {
  it('are added up', async () => {
    const { answers, read } = createWorkers();
    answers.set('0.1', reading(10, 1)).set('1.1', reading(5, 2));
    expect([await read('counted'), await read('open')]).toEqual([15, 3]);
    expect([await read('clarion_workers_configured'), await read('clarion_workers_answering')]).toEqual([2, 2]);
  });

  it('have the lines that the parent logs among theirs', async () => {
    const { lines, read } = createWorkers();
    lines.warn += 1;
    expect(await read('clarion_log_lines_total')).toBe(1);
  });

  it('never lose what a worker had counted when it ends, however many follow each other', async () => {
    const { answers, read } = createWorkers();
    answers.set('0.1', reading(10, 1)).set('1.1', reading(5, 2));
    await read('counted');
    answers.delete('0.1');
    expect([await read('counted'), await read('open')]).toEqual([15, 2]);
    answers.set('0.2', reading(1, 1));
    expect([await read('counted'), await read('open')]).toEqual([16, 3]);
    answers.delete('0.2');
    expect([await read('counted'), await read('counted')]).toEqual([16, 16]);
  });

  it('of one that does not answer are what it had counted, without what it held', async () => {
    const { answers, read } = createWorkers();
    answers.set('0.1', reading(10, 1)).set('1.1', undefined);
    expect(await read('counted')).toBe(10);
    answers.set('0.1', undefined).set('1.1', reading(5, 2));
    expect([await read('counted'), await read('open'), await read('clarion_workers_answering')]).toEqual([15, 2, 1]);
    answers.set('0.1', reading(12, 1));
    expect(await read('counted')).toBe(17);
  });
});
