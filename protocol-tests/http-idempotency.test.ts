import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, answer, api } from './support/api.ts';
import { expectFault } from './support/fault.ts';
import { listener } from './support/listener.ts';
import { signedQuery } from './support/signature.ts';
import { needsOwnServer, sharedApp, type Target } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');

beforeEach(needsOwnServer('idempotency keys, which not every server knows'));

interface Publish {
  readonly target?: Target;
  readonly endpoint?: string;
  /** Sent as `X-Idempotency-Key`. */
  readonly header?: string;
}

async function publish(event: object, { target = plain, endpoint = '/events', header }: Publish = {}): Promise<Answer> {
  if (header === undefined) return api(target, 'POST', endpoint, event);
  const body = JSON.stringify(event);
  const path = `/apps/${target.id}${endpoint}`;
  const query = signedQuery(target, { method: 'POST', path, body });
  return answer(await fetch(`${target.httpUrl}${path}?${query}`, { method: 'POST', body, headers: { 'X-Idempotency-Key': header } }));
}

describe('a request with an idempotency key', () => {
  it('in its body publishes once', async () => {
    const [room, idempotency_key] = [unique('room'), unique('key')];
    const client = await listener(plain, room);
    const event = { name: 'paid', data: 'x', channels: [room], idempotency_key };
    for (let times = 0; times < 3; times += 1) expect(await publish(event)).toMatchObject({ status: 200, text: '{}' });
    await client.next('paid');
    await client.quiet();
  });

  it('in its header publishes once', async () => {
    const [room, header] = [unique('room'), unique('key')];
    const client = await listener(plain, room);
    const event = { name: 'paid', data: 'x', channels: [room] };
    for (let times = 0; times < 3; times += 1) expect(await publish(event, { header })).toMatchObject({ status: 200, text: '{}' });
    await client.next('paid');
    await client.quiet();
  });

  it('gets the first answer again, although it would be another by now', async () => {
    const [room, idempotency_key] = [unique('room'), unique('key')];
    const event = { name: 'paid', data: 'x', channels: [room], info: 'subscription_count', idempotency_key };
    const first = await publish(event);
    await listener(plain, room);
    expect(await publish(event)).toMatchObject({ status: 200, text: first.text });
  });

  it('publishes once when it is repeated at the same time', async () => {
    const [room, idempotency_key] = [unique('room'), unique('key')];
    const client = await listener(plain, room);
    const event = { name: 'paid', data: 'x', channels: [room], idempotency_key };
    const answers = await Promise.all(Array.from({ length: 8 }, () => publish(event)));
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
    await client.next('paid');
    await client.quiet();
  });

  it('publishes a batch once', async () => {
    const [room, header] = [unique('room'), unique('key')];
    const client = await listener(plain, room);
    const batch = { batch: [{ name: 'paid', data: 'x', channel: room }] };
    for (let times = 0; times < 2; times += 1) expect((await publish(batch, { endpoint: '/batch_events', header })).text).toBe('{}');
    await client.next('paid');
    await client.quiet();
  });

  it('is refused with 409 when the key stands for another body', async () => {
    const [room, header] = [unique('room'), unique('key')];
    const client = await listener(plain, room);
    await publish({ name: 'paid', data: 'first', channels: [room] }, { header });
    expectFault(await publish({ name: 'paid', data: 'second', channels: [room] }, { header }), 409);
    await client.next('paid');
    await client.quiet();
  });

  it('leaves the key free when it was refused', async () => {
    const [room, header] = [unique('room'), unique('key')];
    const client = await listener(plain, room);
    expectFault(await publish({ name: 'paid', data: 'x'.repeat(10_241), channels: [room] }, { header }), 413);
    expect((await publish({ name: 'paid', data: 'x', channels: [room] }, { header })).text).toBe('{}');
    await client.next('paid');
  });

  it('may have a key of 128 characters, and no more', async () => {
    const event = { name: 'paid', data: 'x', channels: [unique('room')] };
    const key = unique('key').padEnd(128, 'k');
    expect((await publish(event, { header: key })).status).toBe(200);
    expect((await publish({ ...event, idempotency_key: unique('key').padEnd(128, 'k') })).status).toBe(200);
    expectFault(await publish(event, { header: `${key}k` }), 400);
    expectFault(await publish({ ...event, idempotency_key: `${key}k` }), 400);
  });

  it.each([7, {}, [], true])('is refused when the key is %j', async (idempotency_key) => {
    expectFault(await publish({ name: 'paid', data: 'x', channels: [unique('room')], idempotency_key }), 400);
  });

  it('may use a key that another app has used', async () => {
    const [room, header, target] = [unique('room'), unique('key'), sharedApp('other')];
    const [mine, theirs] = [await listener(plain, room), await listener(target, room)];
    const event = { name: 'paid', data: 'x', channels: [room] };
    await publish(event, { header });
    await publish(event, { header, target });
    await Promise.all([mine.next('paid'), theirs.next('paid')]);
  });

  it('may use __proto__ as its key', async () => {
    const [room, body] = [unique('room'), { name: 'paid', data: 'x' }];
    const client = await listener(plain, room);
    expect((await publish({ ...body, channels: [room] }, { header: '__proto__' })).text).toBe('{}');
    await client.next('paid');
  });
});

describe('a request without a key', () => {
  it('publishes as often as it is sent', async () => {
    const room = unique('room');
    const client = await listener(plain, room);
    const event = { name: 'paid', data: 'x', channels: [room] };
    await publish(event);
    await publish(event);
    await client.next('paid');
    await client.next('paid');
  });
});
