/** What the live feed may cost. */
export interface FeedSettings {
  /** Readers of one app on one node. */
  readonly readersPerApp: number;
  /** To one reader; what is above it is counted and left out. */
  readonly linesPerSecond: number;
  /** How much of an event's data a line shows, in bytes of UTF-8. */
  readonly dataBytes: number;
}
