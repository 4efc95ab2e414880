import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { comparison } from './compare.ts';
import { loadResult } from './load.ts';
import type { RunResult } from './result.ts';

const folder = mkdtempSync(join(tmpdir(), 'clarion-compare-'));
afterAll(() => rmSync(folder, { recursive: true }));

function run(costs: Readonly<Record<string, number>>, cores = 2): RunResult {
  const scenarios = Object.entries(costs).map(([name, cpuMicroseconds]) => {
    const median = { cpuMicroseconds };
    return { name, unit: 'frame', subject: { label: 'subject', target: 'clarion', median, repetitions: [median] }, goals: [] };
  });
  const machine = { processor: 'any', cores, isPinned: true, kernel: '6', node: '22' };
  return { format: 1, date: '2026-01-01', mode: 'full', subject: 'clarion', repetitions: 1, machine, scenarios, faults: [], skipped: [], seconds: 1 };
}

describe('comparison', () => {
  it('divides what is in both runs and names what is in one', () => {
    const text = comparison(run({ shared: 4, old: 1 }), run({ shared: 3, new: 1 }));
    expect(text).toMatch(/shared +cpuMicroseconds +4\.00 +3\.00 +0\.75x/);
    expect(text).toContain('Only in A: old');
    expect(text).toContain('Only in B: new');
    expect(text).not.toContain('machines differ');
  });

  it('says so when absolute figures cannot be compared', () => {
    expect(comparison(run({ shared: 4 }), run({ shared: 3 }, 16))).toContain('The machines differ');
  });
});

describe('result file', () => {
  it.each(['', 'no json', 'null', '[]', '{"format":2}', '{"format":1}'])('is refused by its name when it contains %j', (content) => {
    const file = join(folder, 'bad.json');
    writeFileSync(file, content);
    expect(() => loadResult(file)).toThrow(`${file} is not a result of this bench`);
  });

  it('is read as it was written', () => {
    const file = join(folder, 'good.json');
    writeFileSync(file, JSON.stringify(run({ shared: 4 })));
    expect(loadResult(file)).toEqual(run({ shared: 4 }));
  });
});
