import type { Log } from '../core/ports.ts';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** How much is logged, from everything to nothing. */
export type LogLevel = (typeof levels)[number];

/** Whether a log at this level writes such a line. */
export function allows(level: LogLevel, line: keyof Log): boolean {
  return levels.indexOf(line) >= levels.indexOf(level);
}

/** Reads a level, as a person wrote it. */
export function parseLevel(text: string): LogLevel | undefined {
  return levels.find((level) => level === text);
}

/** The levels, for a person to choose from. */
export function describeLevels(): string {
  return levels.join(', ');
}
