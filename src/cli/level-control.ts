import type { LogLevel } from '../logs/level.ts';
import type { ProcessLog } from '../logs/process-log.ts';
import { takeWish } from './level-wish.ts';
import type { Terminal } from './terminal.ts';

interface LevelControlOptions {
  readonly signals: Terminal['signals'];
  readonly log: Pick<ProcessLog, 'level'>;
  /** Whoever prepares lines for the log. */
  readonly changed: (level: LogLevel) => void;
}

/**
 * Changes the level of the log while the server runs: SIGUSR2 brings the level that `clarion log-level` has left for this process; without one
 * it switches between debug and the level before. Returns the function that ends this.
 */
export function listenForLevels({ signals, log, changed }: LevelControlOptions): () => void {
  let usual: LogLevel = isDebugging(log.level) ? 'info' : log.level;
  const listener = () => {
    const level = takeWish() ?? (isDebugging(log.level) ? usual : 'debug');
    if (!isDebugging(level)) usual = level;
    log.level = level;
    changed(level);
  };
  signals.on('SIGUSR2', listener);
  return () => signals.off('SIGUSR2', listener);
}

function isDebugging(level: LogLevel): boolean {
  return level === 'debug' || level === 'trace';
}
