import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OpenFiles, systemOpenFiles } from './open-files.ts';

function setUp(limit: number) {
  const changes: boolean[] = [];
  const state = { count: 0 };
  const source = { count: () => state.count, limit: () => limit };
  return { state, changes, files: new OpenFiles({ percent: 95, source, onChange: (isScarce) => changes.push(isScarce) }) };
}

describe('open files', () => {
  it('are scarce at 95 percent, and until they are below 90', () => {
    const { state, changes, files } = setUp(1000);
    for (const count of [0, 949, 950, 951, 900, 899, 949]) {
      state.count = count;
      files.tick();
    }
    expect(changes).toEqual([true, false]);
  });

  it('are followed between two counts', () => {
    const { state, changes, files } = setUp(100);
    state.count = 90;
    files.tick();
    for (let times = 0; times < 5; times += 1) files.change(1);
    expect(changes).toEqual([true]);
    for (let times = 0; times < 20; times += 1) files.change(-1);
    expect(changes).toEqual([true]); // closed sockets are believed when they were counted
  });

  it('are scarce when they cannot be counted for want of one', () => {
    const changes: boolean[] = [];
    const count = () => {
      throw new Error('EMFILE: too many open files');
    };
    new OpenFiles({ percent: 95, source: { count, limit: () => 100 }, onChange: (isScarce) => changes.push(isScarce) }).tick();
    expect(changes).toEqual([true]);
  });

  it('are never scarce where no limit is known', () => {
    const { changes, files } = setUp(Number.POSITIVE_INFINITY);
    for (let times = 0; times < 1000; times += 1) files.change(1);
    files.tick();
    expect(changes).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('are what the system says', () => {
    expect(Math.abs(systemOpenFiles.count() - readdirSync('/proc/self/fd').length)).toBeLessThan(5);
    expect(systemOpenFiles.limit()).toBeGreaterThan(systemOpenFiles.count());
  });
});
