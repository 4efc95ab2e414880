import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogLevel } from '../logs/level.ts';
import { listenForLevels } from './level-control.ts';
import { leaveWish } from './level-wish.ts';

const { pid } = process;

describe('the level of a running log', () => {
  const log: { level: LogLevel } = { level: 'info' };
  const changes: LogLevel[] = [];
  let signals: EventEmitter;
  let folder: string;
  let end: () => void;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'clarion-levels-'));
    vi.stubEnv('TMPDIR', folder);
    begin('info');
  });
  afterEach(() => {
    end();
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  function begin(level: LogLevel): void {
    log.level = level;
    changes.length = 0;
    signals = new EventEmitter();
    end = listenForLevels({ signals, log, changed: (to) => changes.push(to) });
  }

  const signal = (times = 1): void => {
    for (let count = 0; count < times; count += 1) signals.emit('SIGUSR2', 'SIGUSR2');
  };
  const wishFile = () => join(folder, `clarion-log-level-${pid}`);

  it.each<[LogLevel, readonly LogLevel[]]>([
    ['info', ['debug', 'info', 'debug']],
    ['warn', ['debug', 'warn', 'debug']],
    ['debug', ['info', 'debug', 'info']],
  ])('goes from %s to debug and back', (level, expected) => {
    end();
    begin(level);
    signal(3);
    expect(changes).toEqual(expected);
    expect(log.level).toBe(expected.at(-1));
  });

  it('is what was wished for, once', () => {
    leaveWish(pid, 'error');
    signal(2);
    expect(changes).toEqual(['error', 'debug']);
    signal();
    expect(changes.at(-1)).toBe('error');
  });

  it('may be wished for again before the first wish was heard', () => {
    leaveWish(pid, 'error');
    leaveWish(pid, 'warn');
    signal();
    expect(changes).toEqual(['warn']);
  });

  it('is wished for where nobody else can read or write', () => {
    expect(statSync(leaveWish(pid, 'error')).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['another text', () => writeFileSync(wishFile(), 'loud')],
    ['an endless one', () => writeFileSync(wishFile(), `error${' '.repeat(10_000)}`)],
    ['a link to somewhere else', () => symlinkSync(leaveWish(pid + 1, 'error'), wishFile())],
  ])('is no wish: %s', (_what, prepare) => {
    prepare();
    signal();
    expect(changes).toEqual(['debug']);
  });

  it('is not followed any more after the end', () => {
    end();
    signal();
    expect(changes).toEqual([]);
  });
});
