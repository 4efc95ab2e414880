import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpReceiver, type ReceivedRequest } from '../src/testing/http-receiver.ts';
import { Client } from './support/client.ts';
import { ownCluster, within } from './support/cluster.ts';
import { isForeign } from './support/own-server.ts';
import { startServer } from './support/server.ts';
import { signedQuery } from './support/signature.ts';
import { Spans } from './support/spans.ts';
import { type Target, targetAt } from './support/target.ts';
import { unique } from './support/unique.ts';
import { hooked, readWithSdk } from './support/webhooks.ts';

/** Webhooks come a moment after what they tell, so that no order of processes decides what a test sees. */
const webhooks = { allowPrivateTargets: true, smoothingMilliseconds: 200, batchMilliseconds: 20 };

/** A caller that traces its own requests. */
function createCaller() {
  const traceId = randomBytes(16).toString('hex');
  const spanId = randomBytes(8).toString('hex');
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

async function post(target: Target, path: string, body: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const full = `/apps/${target.id}${path}`;
  const query = signedQuery(target, { method: 'POST', path: full, body });
  const { status } = await fetch(`${target.httpUrl}${full}?${query}`, { method: 'POST', headers, ...(body !== '' && { body }) });
  return status;
}

const event = (channel: string): string => JSON.stringify({ name: 'e', data: '{}', channel });

/** A user, signed in and in a presence channel. */
async function member(target: Target, channel: string, id: string): Promise<Client> {
  const client = await Client.connect(target);
  await client.signIn({ id });
  await client.subscribe(channel);
  return client;
}

/** The request that told this event. */
async function webhook(requests: () => readonly ReceivedRequest[], name: string, channel: string): Promise<ReceivedRequest> {
  const find = () => requests().find((request) => readWithSdk(request, hooked).some((told) => told.name === name && told.channel === channel));
  await expect.poll(find, within(8)).toBeDefined();
  return find() as ReceivedRequest;
}

async function openReceiver(): Promise<HttpReceiver> {
  const receiver = await HttpReceiver.open();
  onTestFinished(() => receiver.close());
  return receiver;
}

describe.skipIf(isForeign())('a traced request', () => {
  it('is followed from the node that was asked to every node that delivers', async () => {
    const spans = new Spans();
    const { nodes } = await ownCluster({ nodes: 2, environment: spans.environment });
    const [here, there] = nodes;
    if (here === undefined || there === undefined) throw new Error('two nodes are needed');
    const channel = unique('room');
    const listeners = [await Client.connect(here.target), await Client.connect(there.target)];
    for (const client of listeners) await client.subscribe(channel);
    const { traceId, spanId, traceparent } = createCaller();
    expect(await post(here.target, '/events', event(channel), { traceparent, tracestate: 'vendor=1' })).toBe(200);
    for (const client of listeners) await client.next('e');
    const [trigger] = await spans.of(traceId, 'clarion trigger');
    const [publish] = await spans.of(traceId, 'clarion publish');
    const deliveries = await spans.of(traceId, 'clarion deliver', 2);
    expect(trigger).toMatchObject({ pid: here.server.pid, parentSpanId: spanId, state: 'vendor=1', attributes: { 'clarion.app.id': hooked.id } });
    expect(publish).toMatchObject({ pid: here.server.pid, parentSpanId: trigger?.spanId, status: 0 });
    expect(deliveries.every(({ parentSpanId }) => parentSpanId === publish?.spanId)).toBe(true);
    expect(deliveries.map(({ pid }) => pid).sort()).toEqual([here.server.pid, there.server.pid].sort());
  });

  it('is followed to the webhooks of what it brought about, on whichever node that was', async () => {
    const spans = new Spans();
    const receiver = await openReceiver();
    const endpoint = { url: receiver.url('/traced') };
    const { nodes } = await ownCluster({ nodes: 2, environment: spans.environment, app: { webhooks: [endpoint] }, config: { webhooks } });
    const [here, there] = nodes;
    if (here === undefined || there === undefined) throw new Error('two nodes are needed');
    const [channel, user] = [unique('presence-room'), unique('ann')];
    const ann = await member(there.target, channel, user);
    const { traceId, spanId, traceparent } = createCaller();
    expect(await post(here.target, `/users/${user}/terminate_connections`, '', { traceparent })).toBe(200);
    await ann.closed;
    const [terminate] = await spans.of(traceId, 'clarion terminate');
    expect(terminate).toMatchObject({ pid: here.server.pid, parentSpanId: spanId });
    const calls = await spans.of(traceId, 'clarion webhook', 2);
    for (const name of ['member_removed', 'channel_vacated']) {
      const { headers } = await webhook(() => receiver.requests, name, channel);
      expect(calls.map((call) => `00-${traceId}-${call.spanId}-01`)).toContain(headers.traceparent);
    }
    expect(calls.every(({ parentSpanId }) => parentSpanId === terminate?.spanId)).toBe(true);
    const uncaused = await webhook(() => receiver.requests, 'channel_occupied', channel);
    expect(String(uncaused.headers.traceparent)).not.toContain(traceId);
  });

  it('is handed on to webhooks where nobody collects spans', async () => {
    const receiver = await openReceiver();
    const { nodes } = await ownCluster({ nodes: 2, app: { webhooks: [{ url: receiver.url('/traced') }] }, config: { webhooks } });
    const [here, there] = nodes;
    if (here === undefined || there === undefined) throw new Error('two nodes are needed');
    const [channel, user] = [unique('presence-room'), unique('ann')];
    const ann = await member(there.target, channel, user);
    const { traceparent } = createCaller();
    expect(await post(here.target, `/users/${user}/terminate_connections`, '', { traceparent, tracestate: 'vendor=1' })).toBe(200);
    await ann.closed;
    for (const name of ['member_removed', 'channel_vacated']) {
      const { headers } = await webhook(() => receiver.requests, name, channel);
      expect(headers).toMatchObject({ traceparent, tracestate: 'vendor=1' });
    }
    const occupied = await webhook(() => receiver.requests, 'channel_occupied', channel);
    expect(occupied.headers).not.toHaveProperty('traceparent');
  });

  it('of a server with workers is followed through all of them', async () => {
    const spans = new Spans();
    const server = await startServer({ apps: [hooked], workers: 2, drain: { windowSeconds: 0 } }, { environment: spans.environment });
    onTestFinished(async () => void (await server.stop()));
    const { traceId, traceparent } = createCaller();
    expect(await post(targetAt(server.httpUrl, hooked), '/events', event('room'), { traceparent })).toBe(200);
    const deliveries = await spans.of(traceId, 'clarion deliver', 2);
    expect(new Set(deliveries.map(({ pid }) => pid)).size).toBe(2);
  });

  it.each([
    ['is malformed', { traceparent: '00-0123-4567-01' }],
    ['is of a version that cannot be', { traceparent: `ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }],
    ['is missing', { tracestate: 'vendor=1' }],
  ])('begins a trace of its own when its header %s', async (_what, headers) => {
    const spans = new Spans();
    const server = await startServer({ apps: [hooked], drain: { windowSeconds: 0 } }, { environment: spans.environment });
    onTestFinished(async () => void (await server.stop()));
    expect(await post(targetAt(server.httpUrl, hooked), '/events', event('room'), headers as Record<string, string>)).toBe(200);
    await expect
      .poll(
        () =>
          spans
            .all()
            .map(({ name }) => name)
            .sort(),
        within(8),
      )
      .toEqual(['clarion deliver', 'clarion publish', 'clarion trigger']);
    const [trigger] = spans.all().filter(({ name }) => name === 'clarion trigger');
    expect(trigger).not.toHaveProperty('parentSpanId');
    expect(trigger?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(spans.all().map(({ traceId }) => traceId)).size).toBe(1);
  });

  it('is answered like any other when its events cannot be published, and its span says so', async () => {
    const spans = new Spans();
    const { nodes, redis } = await ownCluster({ nodes: 1, environment: spans.environment });
    const [node] = nodes;
    if (node === undefined) throw new Error('a node is needed');
    await redis.kill();
    const { traceId, traceparent } = createCaller();
    expect(await post(node.target, '/events', event('room'), { traceparent })).toBe(503);
    expect(await spans.of(traceId, 'clarion trigger')).toMatchObject([{ status: 2 }]);
    expect(await spans.of(traceId, 'clarion publish')).toMatchObject([{ status: 2 }]);
  });
});
