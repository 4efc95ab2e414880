import { describe, expect, it } from 'vitest';
import { api, trigger } from './support/api.ts';
import { apps } from './support/apps.ts';
import { Client } from './support/client.ts';
import { type MeasuredServer, measuredServer, type Scrape } from './support/metrics.ts';
import { RawWebSocket } from './support/raw-websocket.ts';
import { parseLog } from './support/server.ts';
import { type Target, targetAt } from './support/target.ts';

const app = apps.plain.id;
const at = ({ server }: MeasuredServer, credentials: (typeof apps)['plain' | 'other'] = apps.plain): Target => targetAt(server.httpUrl, credentials);
const bytesOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);

describe('connections', () => {
  it('are counted by app while they are open, and by reason when they end', async (context) => {
    const measured = await measuredServer(context, { apps: [apps.plain, apps.other], limits: { webSocketMessageBytes: 1024 } });
    const { expectValue, scrape } = measured;
    const [leaving, lost, loud] = await Promise.all([0, 1, 2].map(() => Client.connect(at(measured))));
    await Client.connect(at(measured, apps.other));
    expect((await scrape()).value('clarion_connections', { app })).toBe(3);
    expect((await scrape()).value('clarion_connections', { app: 'other-app' })).toBe(1);
    await leaving?.close();
    lost?.drop();
    loud?.send('x'.repeat(1025));
    await expectValue('clarion_connections', { app }, 0);
    const after = await scrape();
    expect(after.value('clarion_connections_opened_total', { app })).toBe(3);
    for (const reason of ['client', 'lost', 'message_too_big']) expect(after.value('clarion_connections_closed_total', { app, reason })).toBe(1);
    expect(after.value('clarion_connections', { app: 'other-app' })).toBe(1);
  });

  it('that the engine cuts are counted, and told in the log, by what was wrong with them', async (context) => {
    const measured = await measuredServer(context, { apps: [apps.plain], limits: { webSocketMessageBytes: 1024 } });
    const tooLarge = await Client.connect(at(measured));
    tooLarge.send('x'.repeat(4097));
    const broken = await RawWebSocket.open(at(measured));
    broken.send({ opcode: 3, payload: 'no frame has this opcode' });
    await measured.expectValue('clarion_connections_closed_total', { app, reason: 'message_too_big' }, 1);
    await measured.expectValue('clarion_connections_closed_total', { app, reason: 'protocol' }, 1);
    const lines = measured.server.lines.map((line) => parseLog(line));
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'closed the sender of a message that is too large', socketId: tooLarge.socketId, appId: app }),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'closed a connection that broke the WebSocket protocol', reason: 'Received invalid WebSocket frame' }),
    );
  });

  it('that are refused are counted by reason', async (context) => {
    const strict = { ...apps.other, allowedOrigins: ['https://example.com'] };
    const measured = await measuredServer(context, { apps: [apps.plain, apps.disabled, strict] });
    const { httpUrl } = measured.server;
    const refuse = async (target: Target, query?: Record<string, string>) => void (await (await Client.open(target, query && { query })).closed);
    await refuse(targetAt(httpUrl, { ...apps.plain, key: 'nobody' }));
    await refuse(targetAt(httpUrl, apps.disabled));
    await refuse(targetAt(httpUrl, strict));
    await refuse(at(measured), { protocol: '3' });
    const refused = await measured.scrape();
    for (const reason of ['unknown_app', 'app_disabled', 'origin_not_allowed', 'unsupported_protocol']) {
      expect(refused.value('clarion_handshakes_refused_total', { reason })).toBe(1);
    }
    expect(refused.value('clarion_handshakes_refused_total')).toBe(4);
    expect(refused.value('clarion_auth_failures_total', { kind: 'handshake' })).toBe(2);
    expect(refused.value('clarion_connections_opened_total')).toBe(0);
  });

  it('take their channels and subscriptions with them', async (context) => {
    const measured = await measuredServer(context, { apps: [apps.plain] });
    const clients = await Promise.all([0, 1].map(() => Client.connect(at(measured))));
    for (const client of clients) {
      for (const channel of ['room', 'cache-room', 'private-room', 'private-encrypted-room']) await client.subscribe(channel);
      await client.subscribe('presence-room', { user_id: 'one' });
      await client.signIn({ id: 'one' });
    }
    const during = await measured.scrape();
    expect(during.value('clarion_channels', { kind: 'public' })).toBe(2);
    expect(during.value('clarion_subscriptions', { kind: 'public' })).toBe(4);
    for (const kind of ['private', 'private-encrypted', 'presence', 'server-to-user']) {
      expect(during.value('clarion_channels', { kind })).toBe(1);
      expect(during.value('clarion_subscriptions', { kind })).toBe(2);
    }
    clients[0]?.unsubscribe('room');
    await measured.expectValue('clarion_subscriptions', { kind: 'public' }, 3);
    for (const client of clients) client.drop();
    await measured.expectValue('clarion_subscriptions', {}, 0);
    expect((await measured.scrape()).value('clarion_channels')).toBe(0);
  });
});

describe('traffic', () => {
  it('is counted to the frame and to the byte, whoever is left out of what', async (context) => {
    const measured = await measuredServer(context, { apps: [{ ...apps.plain, subscriptionCount: true }] });
    const target = at(measured);
    const clients: Client[] = [];
    for (let index = 0; index < 4; index += 1) {
      const client = await Client.connect(target);
      await client.subscribe('private-room');
      await client.subscribe('presence-room', { user_id: `user-${index}` });
      clients.push(client);
    }
    const [speaker, , , leaver] = clients;
    await trigger(target, { name: 'news', data: 'Grüße 🎉', channels: ['private-room', 'presence-room', 'nobody-here'] });
    await trigger(target, { name: 'news', data: 'not for all', channels: ['private-room'], socket_id: String(speaker?.socketId) });
    speaker?.send({ event: 'client-hello', channel: 'presence-room', data: 'Ünïcode' });
    await leaver?.close();
    const left = clients.slice(0, 3);
    for (const client of left) await client.next((frame) => frame.event === 'pusher_internal:member_removed');
    for (const client of left) await client.flush();
    const { value } = await measured.scrape();
    const received = clients.flatMap((client) => client.received);
    expect(value('clarion_sent_frames_total', { app })).toBe(received.length);
    expect(value('clarion_sent_bytes_total', { app })).toBe(bytesOf(received));
    expect(value('clarion_events_published_total', { app, source: 'api' })).toBe(4);
    expect(value('clarion_events_published_total', { app, source: 'client' })).toBe(1);
    expect(value('clarion_events_published_total', { app, source: 'server' })).toBe(10); // a count and a member, for each who came and left
    expect(value('clarion_delivery_latency_seconds_count')).toBeGreaterThan(0);
  });

  it('that comes in is counted before it is understood', async (context) => {
    const measured = await measuredServer(context, { apps: [apps.plain] });
    const client = await Client.connect(at(measured));
    const texts = ['nonsense', '{"event":"pusher:ping"}', '{"event":"client-x","channel":"ü","data":1}'];
    for (const text of texts) client.send(text);
    await client.next('pusher:pong');
    await measured.expectValue('clarion_received_frames_total', { app }, texts.length);
    expect((await measured.scrape()).value('clarion_received_bytes_total', { app })).toBe(bytesOf(texts));
  });

  it('over HTTP is counted by route and status, and by app where the signature is right', async (context) => {
    const measured = await measuredServer(context, { apps: [apps.plain] });
    const target = at(measured);
    const event = { name: 'x', data: 'y', channel: 'room' };
    await trigger(target, event);
    await api(target, 'GET', '/channels/room');
    await api({ ...target, secret: 'wrong' }, 'POST', '/events', event);
    await api(target, 'POST', '/events', { name: 'x' });
    await fetch(`${target.httpUrl}/up`);
    for (const path of ['/nothing', '/apps/1/2/3/4', '/%00']) await fetch(`${target.httpUrl}${path}`);
    const { value } = await measured.scrape();
    expect(value('clarion_http_requests_total', { route: '/apps/*/events', status: '200' })).toBe(1);
    expect(value('clarion_http_requests_total', { route: '/apps/*/events', status: '401' })).toBe(1);
    expect(value('clarion_http_requests_total', { route: '/apps/*/events', status: '400' })).toBe(1);
    expect(value('clarion_http_requests_total', { route: '/apps/*/channels/*', status: '200' })).toBe(1);
    expect(value('clarion_http_requests_total', { route: '/up', status: '200' })).toBe(1);
    expect(value('clarion_http_requests_total', { route: 'unknown', status: '404' })).toBe(3);
    expect(value('clarion_http_received_bytes_total', { app })).toBe(bytesOf([JSON.stringify(event), JSON.stringify({ name: 'x' })]));
    expect(value('clarion_http_sent_bytes_total', { app })).toBeGreaterThan(2);
    expect(value('clarion_auth_failures_total', { kind: 'http' })).toBe(1);
  });

  it('to a reader that is too slow ends in a close that is counted', async (context) => {
    const measured = await measuredServer(context, { apps: [apps.plain], limits: { backpressureBytes: 65_536 } });
    const slow = await Client.connect(at(measured));
    await slow.subscribe('room');
    slow.pause();
    const batch = Array.from({ length: 10 }, () => ({ channel: 'room', name: 'big', data: 'x'.repeat(10_000) }));
    const closes = async () => (await measured.scrape()).value('clarion_backpressure_closes_total', { reason: 'slow_reader' });
    for (let requests = 0; (await closes()) === 0 && requests < 640; requests += 1) await api(at(measured), 'POST', '/batch_events', { batch });
    expect(await closes()).toBe(1);
    await measured.expectValue('clarion_connections', { app }, 0);
  });
});

it('no label ever holds what strangers or clients say', async (context) => {
  const measured = await measuredServer(context, { apps: [apps.plain] });
  const target = at(measured);
  const canary = 'canary';
  const ours = (scrape: Scrape) => scrape.series.filter(({ name }) => name.startsWith('clarion_')).length; // the runtime's grow with each kind of collection
  const before = ours(await measured.scrape());
  for (let index = 0; index < 20; index += 1) {
    const client = await Client.connect(target);
    await client.subscribe(`presence-${canary}-${index}`, { user_id: `${canary}-${index}` });
    await client.signIn({ id: `${canary}-${index}` });
    client.send({ event: `client-${canary}`, channel: `presence-${canary}-${index}`, data: canary });
    await trigger(target, { name: `${canary}-${index}`, data: '', channels: [`${canary}"}\n${index}`.replace(/[^\w-]/g, '-')] });
    await fetch(`${target.httpUrl}/apps/${canary}-${index}/channels/${canary}?auth_key=${canary}`);
    await fetch(`${target.httpUrl}/auth/${canary}-${index}/${canary}`, { method: 'POST' });
    await (await Client.open(targetAt(target.httpUrl, { ...apps.plain, key: `${canary}-${index}` }))).closed;
    await client.close(4000 + index);
  }
  const after = await measured.scrape();
  expect(after.text).not.toContain(canary);
  expect(ours(after) - before).toBeLessThan(12); // pairs of routes and statuses that had not occurred
});
