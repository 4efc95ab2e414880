import type { LogLevel } from './level.ts';

/** How many equal lines are written, in which time. */
export interface RepeatSettings {
  /** Infinite for all. */
  readonly repeatLines: number;
  readonly repeatSeconds: number;
}

/** What is logged, and how. */
export interface LogSettings extends RepeatSettings {
  readonly level: LogLevel;
  /** Lines for people, whatever the format. */
  readonly pretty: boolean;
  /** The names of fields: our own, or those of the Elastic Common Schema. */
  readonly format: 'default' | 'ecs';
}
