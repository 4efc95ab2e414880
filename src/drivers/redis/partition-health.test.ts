import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { PartitionHealth } from './partition-health.ts';

function start() {
  const clock = new FakeClock();
  const state = { isConnected: true, failures: 0 };
  const health = new PartitionHealth({
    isConnected: () => state.isConnected,
    monotonic: () => clock.monotonic(),
    failed: () => {
      state.failures += 1;
    },
  });
  return { clock, state, health };
}

describe('the health of a partition', () => {
  it('needs a subscription, a connection, and answers', () => {
    const { state, health } = start();
    expect(health.isUp).toBe(false);
    health.subscribed(true);
    expect(health.isUp).toBe(true);
    state.isConnected = false;
    expect(health.isUp).toBe(false);
    state.isConnected = true;
    health.failed();
    expect(health.isUp).toBe(false);
    health.answered();
    expect(health.isUp).toBe(true);
  });

  it('counts an outage from the last answer, because failures are noticed late', async () => {
    const { clock, health } = start();
    health.subscribed(true);
    health.answered();
    expect(health.outageMilliseconds).toBe(0);
    await clock.advance(4000);
    health.failed();
    await clock.advance(1000);
    expect(health.outageMilliseconds).toBe(5000);
    health.answered();
    expect(health.outageMilliseconds).toBe(0);
  });

  it('counts an outage from the loss of the subscription', async () => {
    const { clock, health } = start();
    health.subscribed(true);
    health.answered();
    await clock.advance(60_000);
    health.subscribed(false);
    await clock.advance(3000);
    expect(health.outageMilliseconds).toBe(3000);
  });

  it('counts an outage from the last answer also when the loss of the subscription was noticed first', async () => {
    const { clock, health } = start();
    health.subscribed(true);
    health.answered();
    await clock.advance(3000);
    health.subscribed(false);
    await clock.advance(1000);
    health.failed();
    expect(health.outageMilliseconds).toBe(4000);
  });

  it('says once that answers fail', () => {
    const { state, health } = start();
    health.failed();
    health.failed();
    health.answered();
    health.failed();
    expect(state.failures).toBe(2);
  });
});
