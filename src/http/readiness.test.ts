import { describe, expect, it } from 'vitest';
import { Events } from '../core/events.ts';
import { MemoryUse } from '../core/memory-use.ts';
import { EventRecorder } from '../testing/event-recorder.ts';
import { rethrow } from '../testing/rethrow.ts';
import { healthRoutes } from './health.ts';
import { Readiness } from './readiness.ts';

/** A server in a state that the test changes. */
function createServer({ outageSeconds = 5 } = {}) {
  const state = { isDraining: false, outage: 0, usedBytes: 50 };
  const events = new Events(rethrow);
  const recorder = new EventRecorder(events);
  const read = () => ({ usedBytes: state.usedBytes, availableBytes: 100, heapUsedBytes: 0, heapLimitBytes: 100 });
  const memory = new MemoryUse({ memoryPercent: 85, memoryBytes: Number.POSITIVE_INFINITY, processes: 1 }, read);
  const broker = { outageMilliseconds: () => state.outage };
  const readiness = new Readiness({ broker, memory, events, outageSeconds, isDraining: () => state.isDraining });
  const ask = (path: string) => {
    const { status, body } = healthRoutes.get(path)?.(readiness) ?? { status: 404, body: '{}' };
    return { status, ...JSON.parse(body) };
  };
  return { state, recorder, readiness, ask };
}

describe('a server that is well', () => {
  it('says so on every path', () => {
    const { ask } = createServer();
    expect(ask('/up')).toEqual({ status: 200, health: 'OK' });
    expect(ask('/live')).toEqual({ status: 200, live: true });
    expect(ask('/ready')).toEqual({ status: 200, ready: true });
    expect(ask('/accept-traffic')).toEqual({ status: 200, acceptTraffic: true, memory: { percent: 50 } });
  });
});

describe('a server that wants no more clients', () => {
  it('names one reason', () => {
    const { ask, state } = createServer();
    state.isDraining = true;
    const reasons = [{ reason: 'draining', detail: 'The server is stopping' }];
    expect(ask('/ready')).toEqual({ status: 503, ready: false, error: 'The server is stopping', reasons });
    expect(ask('/accept-traffic')).toMatchObject({ status: 503, acceptTraffic: false, reasons });
  });

  it('names all reasons, and lives all the same', () => {
    const { ask, readiness, state } = createServer();
    Object.assign(state, { isDraining: true, outage: 60_000, usedBytes: 99 });
    readiness.tick();
    expect(ask('/ready')).toMatchObject({ status: 503, reasons: [{ reason: 'draining' }, { reason: 'broker' }, { reason: 'memory' }] });
    expect(ask('/live')).toEqual({ status: 200, live: true });
    expect(ask('/up')).toEqual({ status: 200, health: 'OK' });
  });

  it('waits for its broker for so many seconds', () => {
    const { ask, state } = createServer();
    state.outage = 5000;
    expect(ask('/ready')).toMatchObject({ status: 200 });
    state.outage = 5001;
    expect(ask('/ready')).toMatchObject({ status: 503, error: 'The broker is out of reach' });
  });

  it('is none for want of its broker where there is no limit', () => {
    const { ask, state } = createServer({ outageSeconds: Number.POSITIVE_INFINITY });
    state.outage = 3_600_000;
    expect(ask('/ready')).toMatchObject({ status: 200 });
  });

  it('has memory for clients, as Soketi asks, whether its broker is there or not', () => {
    const { ask, readiness, state } = createServer();
    state.outage = 60_000;
    expect(ask('/accept-traffic')).toMatchObject({ status: 200, acceptTraffic: true });
    state.usedBytes = 85;
    readiness.tick();
    expect(ask('/accept-traffic')).toMatchObject({ status: 503, reasons: [{ reason: 'memory' }], memory: { percent: 85 } });
  });

  it('tells each change once', () => {
    const { readiness, recorder, state } = createServer();
    readiness.tick();
    expect(recorder.take()).toEqual([]);
    state.outage = 6000;
    readiness.tick();
    readiness.tick();
    state.usedBytes = 90;
    readiness.tick();
    state.outage = 0;
    state.usedBytes = 10;
    readiness.tick();
    expect(recorder.take()).toEqual([
      { type: 'readiness_changed', isReady: false, reasons: ['broker'] },
      { type: 'readiness_changed', isReady: false, reasons: ['broker', 'memory'] },
      { type: 'readiness_changed', isReady: true, reasons: [] },
    ]);
  });
});
