import { createClusterCounters } from '../core/cluster-counters.ts';
import type { Engine } from '../core/engine.ts';
import type { Drivers, Log } from '../core/ports.ts';
import { collect } from './collector.ts';
import { EventCounts } from './event-counts.ts';
import { MetricsPort } from './port.ts';
import type { Readings } from './readings.ts';
import { RuntimeMetrics } from './runtime.ts';
import type { MetricsSettings } from './settings.ts';
import type { Sources } from './sources.ts';
import { describeWorkers } from './workers.ts';

interface MetricsOptions extends Pick<Sources, 'certificateExpiry' | 'isDraining' | 'lines' | 'tokens' | 'version' | 'webhooks'> {
  readonly apps: readonly { readonly id: string }[];
  readonly drivers: Pick<Drivers, 'cluster'>;
  readonly engine: Pick<Engine, 'broker' | 'clock' | 'counters' | 'events' | 'hub' | 'traffic'>;
  readonly settings: MetricsSettings;
  /** Whether another process shows what this one reads. */
  readonly isWorker: boolean;
  readonly log: Log;
}

/** The metrics of a server in this process. */
export interface Metrics {
  /** Opens the port for collectors, unless another process does. `port` is where the server serves. Never rejects. */
  open(port: number): Promise<void>;
  /** Everything as it is now. */
  read(): Promise<Readings>;
  close(): void;
}

/** Begins to count what is only counted when it happens. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { settings, isWorker, log } = options;
  const sources = sourcesOf(options);
  const runtime = new RuntimeMetrics();
  let servedPort = 0;
  const read = () => collect({ sources, runtime, settings, port: servedPort });
  const port = new MetricsPort({ settings, log, read: async () => [await read().then(withWorkers)] });
  return {
    read,
    async open(served) {
      servedPort = served;
      if (!isWorker) await port.open();
    },
    close: () => port.close(),
  };
}

function sourcesOf({ apps, drivers, engine, ...rest }: MetricsOptions): Sources {
  return {
    ...engine,
    ...rest,
    appIds: apps.map(({ id }) => id),
    events: new EventCounts(engine.events),
    cluster: drivers.cluster ?? createClusterCounters(),
  };
}

/** A server that is alone serves by one process, which has just answered. */
function withWorkers({ metrics, usage }: Readings): Readings {
  return { metrics: [...metrics, ...describeWorkers(1, 1)], usage };
}
