import { describe, expect, it } from 'vitest';
import { healthy } from '../testing/healthy.ts';
import { signedRequest } from '../testing/signed-request.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { createRouter } from './router.ts';

const event = { name: 'e', data: 'd', channel: 'room' };

function setUp(limits: NonNullable<Parameters<typeof testApp>[0]>['limits'] = {}) {
  const engine = createTestEngine({ apps: [testApp({ limits })] });
  const handle = createRouter({ engine, prefix: '', health: healthy });
  const post = (path: string, body: object) => handle(signedRequest(`/apps/app/${path}`, { body }));
  const get = (path: string) => handle(signedRequest(`/apps/app/${path}`));
  return { engine, post, get };
}

describe('the rates of an app', () => {
  it('refuse events with 429, say when to come back, and count them', async () => {
    const { engine, post } = setUp({ backendEventsPerSecond: 2 });
    expect([(await post('events', event)).status, (await post('events', event)).status]).toEqual([200, 200]);
    expect(await post('events', event)).toMatchObject({ status: 429, headers: { 'Retry-After': '1' } });
    expect(await post('batch_events', { batch: [event, event, event] })).toMatchObject({ status: 429, headers: { 'Retry-After': '2' } });
    expect(engine.counters.backendEvents).toBe(4);
    expect((await post('users/ann/terminate_connections', {})).status).toBe(429);
    await engine.clock.advance(1000);
    expect((await post('events', event)).status).toBe(200);
  });

  it('do not count what is refused for another reason', async () => {
    const { post } = setUp({ backendEventsPerSecond: 1 });
    for (let times = 0; times < 5; times += 1) expect((await post('events', { name: 'e' })).status).toBe(400);
    expect((await post('events', event)).status).toBe(200);
  });

  it('refuse reading requests by themselves', async () => {
    const { engine, get, post } = setUp({ readsPerSecond: 1 });
    expect((await get('channels')).status).toBe(200);
    expect((await get('connections')).status).toBe(429);
    expect(engine.counters.reads).toBe(1);
    expect((await post('events', event)).status).toBe(200);
  });

  it('are endless by default', async () => {
    const { engine, get, post } = setUp();
    for (let times = 0; times < 200; times += 1) {
      expect((await post('events', event)).status).toBe(200);
      expect((await get('channels')).status).toBe(200);
    }
    expect(engine.counters).toMatchObject({ backendEvents: 0, reads: 0 });
  });
});
