import type { Cores } from '../measure/cores.ts';
import type { MetricName, Metrics } from '../measure/metrics.ts';
import type { Program } from '../targets/programs.ts';
import type { Ability, TargetKind, Tuning } from '../targets/target.ts';
import type { Stage } from './stage.ts';

/** One of the two sides that a scenario compares. */
export interface Contestant {
  readonly label: string;
  /** `subject` is the server that this run is about. */
  readonly target: 'subject' | 'floor';
  readonly tuning?: Tuning;
  /** Opens what all repetitions need, and warms the server up. */
  prepare(stage: Stage): Promise<void>;
  /** One repetition. */
  measure(stage: Stage): Promise<Metrics>;
}

/** What a trial can build on. */
export interface Surroundings {
  /** The server that this run is about. */
  readonly subject: TargetKind;
  readonly cores: Cores;
}

/** A measurement of parts of the subject; it starts and stops whatever it needs. */
export interface Trial {
  readonly label: string;
  /** One repetition. */
  run(surroundings: Surroundings): Promise<Metrics>;
}

/** What is promised of a metric of the subject: at most so many times the reference's, at most so much more, or at most so much. */
export interface Goal {
  readonly metric: MetricName;
  readonly kind: 'ratio' | 'difference' | 'value';
  readonly atMost: number;
}

/** A row of the bench. */
export interface Scenario {
  readonly name: string;
  /** What one unit of `cpuMicroseconds` and `perSecond` is. */
  readonly unit: 'frame' | 'request' | 'event' | 'connection' | 'join' | 'channel' | 'second';
  /** Part of `--quick`. */
  readonly isQuick: boolean;
  /** Skipped when the subject cannot do this. */
  readonly needs?: Ability;
  /** Skipped, and said to be, when this is not installed. */
  readonly program?: Program;
  /** Runs only when it is named, because it takes minutes. */
  readonly isLong?: boolean;
  /** Repetitions, where it differs from the run's. */
  readonly repetitions?: number;
  /** The same for `--quick`. */
  readonly quickRepetitions?: number;
  /** A repetition is over in a fraction of a second, in which chance has a part: whole runs have twice as many. */
  readonly isShort?: boolean;
  /** Each repetition has servers of its own. */
  readonly isFresh?: boolean;
  readonly subject: Contestant | Trial;
  readonly reference?: Contestant;
  readonly goals: readonly Goal[];
}

/** The same work for the subject, with its defaults, and for the floor. */
export function againstFloor(work: Pick<Contestant, 'prepare' | 'measure'>): { readonly subject: Contestant; readonly reference: Contestant } {
  return {
    subject: { label: 'subject', target: 'subject', ...work },
    reference: { label: 'floor', target: 'floor', ...work },
  };
}
