import { createClusterCounters } from '../core/cluster-counters.ts';
import { createTokenCounters } from '../core/token-counters.ts';
import { EventCounts } from '../metrics/event-counts.ts';
import type { Sources } from '../metrics/sources.ts';
import { createCounters as createWebhookCounters } from '../webhooks/counters.ts';
import { createTestEngine, type TestEngine } from './test-engine.ts';

/** What metrics are read from, with an engine on which something can happen. */
export function createSources(engine: TestEngine = createTestEngine(), changes: Partial<Sources> = {}): Sources {
  return {
    ...engine,
    appIds: ['app'],
    cluster: createClusterCounters(),
    events: new EventCounts(engine.events),
    lines: { warn: 0, error: 0 },
    tokens: createTokenCounters(),
    webhooks: { counters: createWebhookCounters(), waiting: 0, oldestAt: undefined, deadLetters: [] },
    isDraining: () => false,
    certificateExpiry: () => undefined,
    version: '1.2.3',
    ...changes,
  };
}
