import { describe, expect, it } from 'vitest';
import { api } from './support/api.ts';
import { Client, dataOf } from './support/client.ts';
import { expectFault } from './support/fault.ts';
import { ownServer } from './support/own-server.ts';
import { RawHttp } from './support/raw-http.ts';
import { expectRawFault, joined, post } from './support/raw-request.ts';
import { errorFrame } from './support/refusal.ts';
import { sharedApp, targetAt } from './support/target.ts';
import { unique } from './support/unique.ts';

const limited = { id: 'limited', key: 'limited-key', secret: 'limited-secret' };
const slowly = { messagesPerSecond: 1, messageBurst: 3 };

describe('messages of one connection', () => {
  it('above 50 at once are refused with 4301, and the connection lives on', async () => {
    const client = await Client.connect(sharedApp('plain'));
    for (let number = 0; number < 80; number += 1) client.send({ event: 'pusher:pong', data: {} });
    const refused = await client.next('pusher:error');
    expect(refused).toEqual(errorFrame(4301));
    await expect.poll(() => client.flush().catch(() => undefined), { timeout: 10_000 }).toBeDefined();
  });

  it('are not spent by subscriptions, however many channels a client comes back to', async () => {
    const client = await Client.connect(sharedApp('plain'));
    const channels = Array.from({ length: 300 }, () => unique('room'));
    for (const channel of channels) client.requestSubscription(channel);
    for (const channel of channels) expect(await client.next('pusher_internal:subscription_succeeded')).toMatchObject({ channel });
    await client.quiet();
  });

  it('are refused before they are looked into, and not those of others', async (context) => {
    const server = await ownServer(context, { apps: [{ ...limited, limits: slowly }] });
    const target = targetAt(server.httpUrl, limited);
    const [loud, calm] = [await Client.connect(target), await Client.connect(target)];
    for (let number = 0; number < 20; number += 1) loud.send('not even JSON');
    const frames = [];
    for (let number = 0; number < 20; number += 1) frames.push(await loud.next('pusher:error'));
    const codes = frames.map(({ data }) => (data as { readonly code: number | null }).code);
    expect(codes.filter((code) => code === null).length).toBeLessThanOrEqual(4);
    expect(codes.filter((code) => code === 4301).length).toBeGreaterThanOrEqual(16);
    await calm.quiet();
  });

  it('above the rate end the connection where that is wanted: after 5 s, with a code on which clients come back', async (context) => {
    const server = await ownServer(context, { apps: [{ ...limited, limits: { ...slowly, terminateOnRateLimit: true } }] });
    const client = await Client.connect(targetAt(server.httpUrl, limited));
    const startedAt = performance.now();
    for (let number = 0; number < 10; number += 1) client.send({ event: 'pusher:ping', data: {} });
    expect(await client.next('pusher:error')).toEqual(errorFrame(4301));
    expect(await client.next('pusher:error')).toEqual(errorFrame(4100)); // nothing was answered in between
    expect((await client.closed).code).toBe(4100);
    expect(performance.now() - startedAt).toBeGreaterThan(4500);
  });

  it('are limited by the variables of Reverb', async (context) => {
    const environment = {
      REVERB_APP_ID: limited.id,
      REVERB_APP_KEY: limited.key,
      REVERB_APP_SECRET: limited.secret,
      REVERB_APP_RATE_LIMITING_ENABLED: 'true',
      REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS: '5',
      REVERB_APP_RATE_LIMIT_DECAY_SECONDS: '60',
    };
    const server = await ownServer(context, {}, { environment });
    const client = await Client.connect(targetAt(server.httpUrl, limited));
    for (let number = 0; number < 5; number += 1) {
      client.send({ event: 'pusher:ping', data: {} });
      expect(await client.next()).toMatchObject({ event: 'pusher:pong' });
    }
    for (let number = 0; number < 5; number += 1) client.send({ event: 'pusher:ping', data: {} });
    expect(await client.next('pusher:error')).toEqual(errorFrame(4301));
  });
});

describe('subscriptions of one connection', () => {
  it('above the rate wait in order, and none is refused', async (context) => {
    const limits = { channelsPerConnection: 20, subscriptionsPerSecond: 20 };
    const server = await ownServer(context, { apps: [{ ...limited, limits }] });
    const client = await Client.connect(targetAt(server.httpUrl, limited));
    const channels = Array.from({ length: 20 }, (_, index) => `room-${index}`);
    for (const channel of channels) client.requestSubscription(channel);
    for (const channel of channels) client.unsubscribe(channel);
    const later = channels.map((channel) => `later-${channel}`);
    for (const channel of later.slice(0, 15)) client.requestSubscription(channel);
    for (const channel of [...channels, ...later.slice(0, 15)]) {
      expect(await client.next()).toMatchObject({ event: 'pusher_internal:subscription_succeeded', channel });
    }
    await client.quiet();
  });

  it('above what may wait are refused with 4301', async (context) => {
    const limits = { channelsPerConnection: 5, subscriptionsPerSecond: 5 };
    const server = await ownServer(context, { apps: [{ ...limited, limits }] });
    const client = await Client.connect(targetAt(server.httpUrl, limited));
    for (let number = 0; number < 30; number += 1) client.requestSubscription(`room-${number % 5}`);
    expect(await client.next('pusher:error')).toEqual(errorFrame(4301));
  });
});

describe('client events of one user', () => {
  it.each(['signed in', 'a member of the presence channel'])('are counted over all connections of the user, who is %s', async (how) => {
    const target = sharedApp('plain');
    const user = unique('ann');
    const room = unique('presence-room');
    const senders = await Promise.all(Array.from({ length: 6 }, () => Client.connect(target)));
    for (const sender of senders) {
      if (how === 'signed in') await sender.signIn({ id: user });
      await sender.subscribe(room, { user_id: how === 'signed in' ? unique('somebody') : user });
      await sender.flush();
    }
    for (const sender of senders) for (let number = 0; number < 8; number += 1) sender.send({ event: 'client-x', channel: room, data: '{}' });
    const answers = await Promise.all(senders.map((sender) => sender.flush()));
    const errors = answers.flat().filter(({ event }) => event === 'pusher:error');
    for (const error of errors) expect(error).toEqual(errorFrame(4301));
    const relayed = 48 - errors.length;
    expect(relayed).toBeGreaterThanOrEqual(30);
    expect(relayed).toBeLessThan(48); // 10 a second for each of six connections would have let all through
    const other = await Client.connect(target);
    await other.subscribe(room, { user_id: unique('ben') });
    other.send({ event: 'client-x', channel: room, data: '{}' });
    await other.quiet();
  });
});

describe('the HTTP API of one app', () => {
  const limits = { backendEventsPerSecond: 5, readsPerSecond: 2 };
  const event = { name: 'x', data: '{}', channel: 'room' };

  it('answers events above their rate with 429 and Retry-After, and publishes none of them', async (context) => {
    const other = { id: 'other', key: 'other-key', secret: 'other-secret' };
    const server = await ownServer(context, { apps: [{ ...limited, limits }, other] });
    const target = targetAt(server.httpUrl, limited);
    const receiver = await Client.connect(target);
    await receiver.subscribe('room');
    const answers = [];
    for (let number = 0; number < 12; number += 1) answers.push(await api(target, 'POST', '/events', { ...event, data: String(number) }));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expectFault(answer, 429);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    const accepted = answers.flatMap(({ status }, index) => (status === 200 ? [String(index)] : []));
    expect(accepted.length).toBeGreaterThanOrEqual(5);
    for (const data of accepted) expect(await receiver.next()).toMatchObject({ event: 'x', data });
    await receiver.quiet();
    expect((await api(targetAt(server.httpUrl, other), 'POST', '/events', event)).status).toBe(200);
  });

  it('counts each event of a batch, and lets a batch that is larger than the rate through after a rest', async (context) => {
    const server = await ownServer(context, { apps: [{ ...limited, limits }] });
    const target = targetAt(server.httpUrl, limited);
    const batch = Array.from({ length: 8 }, () => event);
    expect((await api(target, 'POST', '/batch_events', { batch })).status).toBe(200);
    const { status, headers } = await api(target, 'POST', '/batch_events', { batch: batch.slice(0, 3) });
    expect({ status, retryAfter: headers.get('retry-after') }).toEqual({ status: 429, retryAfter: expect.stringMatching(/^[12]$/) });
  });

  it('answers reading requests above their rate with 429, and lets nobody without a signature spend it', async (context) => {
    const server = await ownServer(context, { apps: [{ ...limited, limits }] });
    const target = targetAt(server.httpUrl, limited);
    for (let times = 0; times < 10; times += 1) expect((await fetch(`${server.httpUrl}/apps/limited/channels`)).status).toBe(401);
    const statuses = [];
    for (let times = 0; times < 6; times += 1) statuses.push((await api(target, 'GET', '/channels')).status);
    expect(statuses.slice(0, 2)).toEqual([200, 200]);
    expect(statuses).toContain(429);
    expect((await api(target, 'POST', '/events', event)).status).toBe(200);
  });
});

it('presence still tells who is there while a user is limited', async () => {
  const target = sharedApp('plain');
  const room = unique('presence-room');
  const client = await Client.connect(target);
  await client.subscribe(room, { user_id: 'ann' });
  for (let number = 0; number < 30; number += 1) client.send({ event: 'client-x', channel: room, data: '{}' });
  const other = await Client.connect(target);
  expect(dataOf(await other.subscribe(room, { user_id: 'ben' })).presence).toMatchObject({ count: 2 });
});

it('bodies that never end cannot fill the memory: above a sum they are answered 503', async (context) => {
  const server = await ownServer(context, { apps: [limited], limits: { httpBodyBytesInAll: 1_048_576 } });
  const half = Buffer.alloc(400_000, ' ');
  const open = async () => {
    const connection = await RawHttp.open(server);
    context.onTestFinished(() => connection.abort());
    connection.write(joined(`POST /apps/limited/events HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n`, half));
    return connection;
  };
  const connections = await Promise.all([1, 2, 3, 4].map(open));
  const refused = await Promise.race(connections.map((connection) => connection.answer()));
  expectRawFault(refused, 503);
  for (const connection of connections) connection.abort();
  const target = targetAt(server.httpUrl, limited);
  const statusOfLarge = async () => (await post(target, '/apps/limited/events', Buffer.alloc(300_000, ' ')).catch(() => undefined)) ?? { status: 0 };
  await expect.poll(async () => ((await statusOfLarge()) as { readonly status: number }).status, { timeout: 5000 }).toBe(400);
});
