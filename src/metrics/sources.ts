import type { ClusterCounters } from '../core/cluster-counters.ts';
import type { Counters } from '../core/counters.ts';
import type { Histogram } from '../core/histogram.ts';
import type { Hub } from '../core/hub.ts';
import type { Broker, Clock } from '../core/ports.ts';
import type { TokenCounters } from '../core/token-counters.ts';
import type { Traffic } from '../core/traffic.ts';
import type { EventCounts } from './event-counts.ts';
import type { LineCounts } from './line-counts.ts';

/** What the webhooks of this node tell of themselves. */
interface WebhookReadings {
  readonly counters: {
    readonly delivered: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly givenUp: number;
    readonly dropped: number;
    readonly smoothed: number;
    readonly ageSeconds: Histogram;
  };
  /** Events and facts that are on their way. */
  readonly waiting: number;
  /** In milliseconds since the epoch. */
  readonly oldestAt: number | undefined;
  readonly deadLetters: readonly unknown[];
}

/** Where metrics are read. Nothing here does any work before it is read. */
export interface Sources {
  /** The apps that series exist for from the start. */
  readonly appIds: readonly string[];
  readonly broker: Pick<Broker, 'outageMilliseconds'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly cluster: Readonly<ClusterCounters>;
  readonly counters: Readonly<Counters>;
  readonly events: EventCounts;
  readonly hub: Pick<Hub, 'census'>;
  readonly lines: Readonly<LineCounts>;
  readonly tokens: Readonly<TokenCounters>;
  readonly traffic: Pick<Traffic, 'answers' | 'apps' | 'deliverySeconds'>;
  readonly webhooks: WebhookReadings;
  readonly isDraining: () => boolean;
  /** When the certificate that is served ends, in seconds since the epoch; undefined without one. */
  readonly certificateExpiry: () => number | undefined;
  readonly version: string;
}
