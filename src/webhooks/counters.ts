import { Histogram } from '../core/histogram.ts';

/** From what is quick to what was retried for hours, in seconds. */
const ages: readonly number[] = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200];

/** What became of webhooks since the start; plain numbers, read when metrics are collected. */
export interface WebhookCounters {
  /** Events that an endpoint accepted. */
  delivered: number;
  /** Attempts that succeeded. */
  succeeded: number;
  /** Attempts that failed; one that fails for good counts too. */
  failed: number;
  /** Events that were moved to the dead-letter list. */
  givenUp: number;
  /** Facts that were lost before it was known for which endpoint they were. */
  dropped: number;
  /** Facts that were not sent because the client was back in time. */
  smoothed: number;
  /** Seconds from the oldest fact of a request until an endpoint accepted it. */
  readonly ageSeconds: Histogram;
}

export function createCounters(): WebhookCounters {
  return { delivered: 0, succeeded: 0, failed: 0, givenUp: 0, dropped: 0, smoothed: 0, ageSeconds: new Histogram(ages) };
}
