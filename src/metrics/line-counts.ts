import type { Log } from '../core/ports.ts';

/** Lines of the log since the start, whether or not they were written. */
export interface LineCounts {
  warn: number;
  error: number;
}

export function createLineCounts(): LineCounts {
  return { warn: 0, error: 0 };
}

/** The same log, counted: what an operator would have to read is a series that can raise an alarm. */
export function countLines(log: Log, counts: LineCounts): Log {
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn(fields, message) {
      counts.warn += 1;
      log.warn(fields, message);
    },
    error(fields, message) {
      counts.error += 1;
      log.error(fields, message);
    },
  };
}
