import type { MetricName, Metrics } from '../measure/metrics.ts';
import type { Ability, Tuning } from '../targets/target.ts';
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

/** What is promised of a metric of the subject: at most so many times the reference's, or at most so much. */
export interface Goal {
  readonly metric: MetricName;
  readonly kind: 'ratio' | 'value';
  readonly atMost: number;
}

/** A row of the bench. */
export interface Scenario {
  readonly name: string;
  /** What one unit of `cpuMicroseconds` and `perSecond` is. */
  readonly unit: 'frame' | 'request' | 'event' | 'connection' | 'message';
  /** Part of `--quick`. */
  readonly isQuick: boolean;
  /** Skipped when the subject cannot do this. */
  readonly needs?: Ability;
  /** Runs only when it is named, because it takes minutes. */
  readonly isLong?: boolean;
  /** Repetitions, where it differs from the run's. */
  readonly repetitions?: number;
  readonly subject: Contestant;
  readonly reference?: Contestant;
  readonly goals: readonly Goal[];
}

/** The same work for the subject, in a configuration of its own or its defaults, and for the floor. */
export function againstFloor(work: Pick<Contestant, 'prepare' | 'measure'>, tuning: Tuning = {}): Pick<Scenario, 'subject' | 'reference'> {
  return {
    subject: { label: 'subject', target: 'subject', tuning, ...work },
    reference: { label: 'floor', target: 'floor', ...work },
  };
}

/**
 * When the next event waits for the last one, a window has nothing to gather: it would only make both sides wait, and the price of falling
 * asleep and waking up would hide that of the event.
 */
export const oneByOne: Tuning = { windowMilliseconds: 0 };
