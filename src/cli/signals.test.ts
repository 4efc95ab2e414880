import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { listenForStop } from './signals.ts';

function listen() {
  const signals = new EventEmitter();
  const forced: string[] = [];
  return { signals, forced, stop: listenForStop(signals, (signal) => forced.push(signal)) };
}

describe('signals', () => {
  it.each(['SIGTERM', 'SIGINT'])('ask for an orderly end with %s', async (signal) => {
    const { signals, forced, stop } = listen();
    signals.emit(signal, signal);
    expect(await stop.requested).toBe(signal);
    expect(forced).toEqual([]);
  });

  it.each([
    ['SIGTERM', 'SIGTERM'],
    ['SIGINT', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
  ])('force the end with %s and %s', (first, second) => {
    const { signals, forced } = listen();
    signals.emit(first, first);
    signals.emit(second, second);
    expect(forced).toEqual([second]);
  });

  it('take a Ctrl-C that npm has handed on for the same one', () => {
    const { signals, forced } = listen();
    signals.emit('SIGINT', 'SIGINT');
    signals.emit('SIGINT', 'SIGINT');
    expect(forced).toEqual([]);
  });

  it('are given back', () => {
    const { signals, stop } = listen();
    stop.release();
    expect(signals.listenerCount('SIGTERM') + signals.listenerCount('SIGINT')).toBe(0);
  });
});
