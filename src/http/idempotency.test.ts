import { describe, expect, it } from 'vitest';
import { BrokerUnavailable, type Drivers } from '../core/ports.ts';
import { settled } from '../testing/fake-clock.ts';
import { Gate } from '../testing/gate.ts';
import { healthy } from '../testing/healthy.ts';
import { type RequestOptions, signedRequest } from '../testing/signed-request.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine, type TestEngineOptions } from '../testing/test-engine.ts';
import { createRouter } from './router.ts';

const event = { name: 'e', data: 'd', channel: 'room' };

async function createApi(options: TestEngineOptions = {}) {
  const engine = createTestEngine(options);
  const handle = createRouter({ engine, prefix: '', health: healthy });
  const client = await engine.connect();
  await client.subscribe('room');
  client.heard();
  const post = (body: unknown, more: RequestOptions = {}) => handle(signedRequest('/apps/app/events', { method: 'POST', body, ...more }));
  return { client, engine, handle, post };
}

describe('an idempotency key', () => {
  it('in the body makes a repeat harmless: the first answer, and nothing is published', async () => {
    const { client, post } = await createApi();
    const body = { ...event, idempotency_key: 'once', info: 'subscription_count' };
    const first = await post(body);
    await client.subscribe('another');
    expect(await post(body)).toEqual(first);
    expect(client.heard().filter(({ event: name }) => name === 'e')).toHaveLength(1);
  });

  it('in the header does the same, also when the repeat is signed anew', async () => {
    const { client, post } = await createApi();
    for (const timestamp of [1_700_000_000, 1_700_000_060]) {
      expect(await post(event, { headers: { idempotencyKey: 'once' }, timestamp })).toEqual({ status: 200, body: '{}' });
    }
    expect(client.heard()).toHaveLength(1);
  });

  it('in the body wins over the header', async () => {
    const { client, post } = await createApi();
    for (const idempotencyKey of ['a', 'b']) await post({ ...event, idempotency_key: 'once' }, { headers: { idempotencyKey } });
    expect(client.heard()).toHaveLength(1);
  });

  it('with another body is a conflict', async () => {
    const { client, post } = await createApi();
    await post({ ...event, idempotency_key: 'once' });
    expect((await post({ ...event, data: 'other', idempotency_key: 'once' })).status).toBe(409);
    expect(client.heard()).toHaveLength(1);
  });

  it('with other parameters in the place of a body is a conflict', async () => {
    const { client, post } = await createApi();
    const ask = (data: string) => post(undefined, { parameters: { ...event, data }, headers: { idempotencyKey: 'once' } });
    expect([(await ask('1')).status, (await ask('2')).status, (await ask('1')).status]).toEqual([200, 409, 200]);
    expect(client.heard()).toHaveLength(1);
  });

  it('on another path is a conflict', async () => {
    const { handle, post } = await createApi();
    const body = { ...event, batch: [event], idempotency_key: 'once' };
    await post(body);
    expect((await handle(signedRequest('/apps/app/batch_events', { body }))).status).toBe(409);
  });

  it('of one app is not that of another', async () => {
    const { handle, post } = await createApi({ apps: [testApp(), testApp({ id: 'other', keys: [{ key: 'k2', secret: 's2', status: 'active' }] })] });
    await post({ ...event, idempotency_key: 'once' });
    const body = { ...event, data: 'other', idempotency_key: 'once' };
    expect((await handle(signedRequest('/apps/other/events', { body, key: 'k2', secret: 's2' }))).status).toBe(200);
  });

  it('is free again after 120 seconds', async () => {
    const { client, engine, post } = await createApi();
    await post({ ...event, idempotency_key: 'once' });
    await engine.clock.advance(120_000);
    await post({ ...event, idempotency_key: 'once' });
    expect(client.heard()).toHaveLength(2);
  });

  it('is free again after a failed publish', async () => {
    let isUp = false;
    const replace = ({ broker }: Drivers) => ({
      broker: {
        outageMilliseconds: () => 0,
        relay: async () => {},
        publish: async (batch: Parameters<typeof broker.publish>[0]) => {
          if (!isUp) throw new BrokerUnavailable('away');
          return broker.publish(batch);
        },
      },
    });
    const { client, post } = await createApi({ replace });
    const body = { ...event, idempotency_key: 'once' };
    expect((await post(body)).status).toBe(503);
    isUp = true;
    expect(await post(body)).toEqual({ status: 200, body: '{}' });
    expect(client.heard()).toHaveLength(1);
  });

  it('that failed tells the broker the same of a repeat, and something else of another body', async () => {
    const keys: (string | undefined)[] = [];
    const publish = async (_batch: unknown, key?: string): Promise<void> => {
      keys.push(key);
      throw new BrokerUnavailable('away');
    };
    const { post } = await createApi({ replace: () => ({ broker: { outageMilliseconds: () => 0, relay: async () => {}, publish } }) });
    for (const data of ['1', '1', '2']) await post({ ...event, data, idempotency_key: 'once' });
    expect(keys[0]).toContain('once');
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it('whose first request is still under way makes the second come back later', async () => {
    const gate = new Gate();
    const replace = ({ broker }: Drivers) => ({
      broker: {
        outageMilliseconds: () => 0,
        relay: async () => {},
        publish: async (batch: Parameters<typeof broker.publish>[0]) => {
          await gate.pass();
          return broker.publish(batch);
        },
      },
    });
    const { client, post } = await createApi({ replace });
    gate.close();
    const body = { ...event, idempotency_key: 'once' };
    const first = post(body);
    await settled();
    expect(await post(body)).toMatchObject({ status: 503, headers: { 'Retry-After': '1' } });
    gate.open();
    expect(await first).toEqual({ status: 200, body: '{}' });
    expect(await post(body)).toEqual({ status: 200, body: '{}' });
    expect(client.heard()).toHaveLength(1);
  });

  it('stays taken when the event was published but its answer could not be made', async () => {
    let isBroken = true;
    const replace = ({ registry }: Drivers) => ({
      registry: Object.assign(Object.create(registry) as typeof registry, {
        count: async (address: Parameters<typeof registry.count>[0]) => {
          if (isBroken) throw new Error('away');
          return registry.count(address);
        },
      }),
    });
    const { client, post } = await createApi({ replace });
    const body = { ...event, info: 'subscription_count', idempotency_key: 'once' };
    await post(body);
    isBroken = false;
    await post(body);
    expect(client.heard()).toHaveLength(1);
  });

  it.each([5, {}, [], true, '', 'x'.repeat(129)])('is refused when it is %j', async (key) => {
    const { client, post } = await createApi();
    expect((await post({ ...event, idempotency_key: key })).status).toBe(400);
    expect(client.heard()).toEqual([]);
  });

  it('may be as long as 128 characters, and null means none', async () => {
    const { client, post } = await createApi();
    expect((await post({ ...event, idempotency_key: 'x'.repeat(128) })).status).toBe(200);
    for (let index = 0; index < 2; index += 1) await post({ ...event, idempotency_key: null });
    expect(client.heard()).toHaveLength(3);
  });

  it('is not spent by a request that is refused', async () => {
    const { client, post } = await createApi();
    expect((await post({ ...event, channel: 'a b', idempotency_key: 'once' })).status).toBe(400);
    expect((await post({ ...event, idempotency_key: 'once' })).status).toBe(200);
    expect(client.heard()).toHaveLength(1);
  });
});
