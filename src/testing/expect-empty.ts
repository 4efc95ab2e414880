import { expect } from 'vitest';
import type { TestEngine } from './test-engine.ts';

/** Nothing is left of the connections that an engine had: no channel, seat, count, topic or pending task. */
export async function expectEmpty(engine: TestEngine, appId = 'app'): Promise<void> {
  const left = {
    connections: [...engine.hub.connections.keys()],
    channels: [...engine.hub.channels.keys()],
    topics: engine.topics.names,
    registry: [...(await engine.registry.list(appId, '')).keys()],
    quota: await engine.quota.count(appId),
    queue: engine.queue.size,
  };
  expect(left).toEqual({ connections: [], channels: [], topics: [], registry: [], quota: 0, queue: 0 });
}
