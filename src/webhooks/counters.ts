/** What became of webhooks since the start; plain numbers, read when metrics are collected. */
export interface WebhookCounters {
  /** Events that an endpoint accepted. */
  delivered: number;
  /** Attempts that failed; one that fails for good counts too. */
  failed: number;
  /** Events that were moved to the dead-letter list. */
  givenUp: number;
  /** Facts that were lost before it was known for which endpoint they were. */
  dropped: number;
  /** Facts that were not sent because the client was back in time. */
  smoothed: number;
}

export function createCounters(): WebhookCounters {
  return { delivered: 0, failed: 0, givenUp: 0, dropped: 0, smoothed: 0 };
}
