import { expect, it, onTestFinished } from 'vitest';
import { api } from './support/api.ts';
import { Cluster } from './support/cluster.ts';
import type { Target } from './support/target.ts';

const perSecond = 120;
const eventsPerBatch = 10;
const seconds = 6;

/** Publishes as fast as the node answers. Resolves with the events that it let pass. */
async function publishUntil(target: Target, end: number): Promise<number> {
  const batch = Array.from({ length: eventsPerBatch }, () => ({ name: 'tick', channel: 'room', data: '' }));
  let passed = 0;
  while (performance.now() < end) {
    const { status, headers } = await api(target, 'POST', '/batch_events', { batch });
    expect([200, 429]).toContain(status);
    if (status === 200) passed += eventsPerBatch;
    else expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  }
  return passed;
}

it('three nodes together let pass what one may, within a tenth', { timeout: 60_000 }, async () => {
  const cluster = await Cluster.start({ nodes: 3, app: { limits: { backendEventsPerSecond: perSecond } } });
  onTestFinished(() => cluster.stop());
  const startedAt = performance.now();
  const passed = await Promise.all(cluster.targets.map((target) => publishUntil(target, startedAt + seconds * 1000)));
  const elapsed = (performance.now() - startedAt) / 1000;
  const allowed = perSecond * (1 + elapsed); // a second's worth may come at once
  const sum = passed.reduce((all, one) => all + one, 0);
  expect(sum).toBeGreaterThan(allowed * 0.9);
  expect(sum).toBeLessThan(allowed * 1.1);
});
