import { subscribe } from 'node:diagnostics_channel';
import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Resolve } from '../core/lookup.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { behaviours, HttpReceiver } from '../testing/http-receiver.ts';
import { createTransport, type Post, type Transport } from './transport.ts';

const settings = { allowPrivateTargets: true, allowHttp: true, timeoutMilliseconds: 4000, replyBytes: 1_048_576 };

let clock: FakeClock;
let receiver: HttpReceiver;
const transports: Transport[] = [];

beforeEach(async () => {
  clock = new FakeClock();
  receiver = await HttpReceiver.open();
});

afterEach(async () => {
  for (const transport of transports.splice(0)) transport.abort();
  await receiver.close();
});

function open(changes: Partial<typeof settings> = {}, resolve?: Resolve): Transport {
  const transport = createTransport({ settings: { ...settings, ...changes }, timers: clock, ...(resolve === undefined ? {} : { resolve }) });
  transports.push(transport);
  return transport;
}

function post(url = receiver.url()): Post {
  return { url, headers: { 'Content-Type': 'application/json', 'X-Extra': 'yes' }, body: '{"a":"é"}' };
}

describe('an attempt', () => {
  it('posts the body and the headers as they are', async () => {
    expect(await open().post(post(receiver.url('/a/b?c=d')))).toEqual({ result: 'delivered' });
    const [request] = receiver.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/a/b?c=d', body: '{"a":"é"}' });
    expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'x-extra': 'yes', 'content-length': '10' });
  });

  it.each([200, 201, 202, 204])('succeeds with status %d', async (status) => {
    receiver.behave = behaviours.answer(status);
    expect(await open().post(post())).toEqual({ result: 'delivered' });
  });

  it.each([304, 400, 401, 404, 410, 429, 500, 503])('fails with status %d', async (status) => {
    receiver.behave = behaviours.answer(status);
    expect(await open().post(post())).toEqual({ result: 'failed', reason: `it answered ${status}` });
  });

  it('does not follow a redirect', async () => {
    receiver.behave = behaviours.redirectTo(receiver.url('/elsewhere'));
    expect(await open().post(post())).toEqual({ result: 'failed', reason: 'it answered 302' });
    expect(receiver.requests).toHaveLength(1);
  });

  it('fails when there is no answer in time', async () => {
    receiver.behave = behaviours.stall;
    const outcome = open().post(post());
    await receiver.received(1);
    await clock.advance(3999);
    await clock.advance(1);
    expect(await outcome).toEqual({ result: 'failed', reason: 'no reply within 4000 ms' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('succeeds with the status, though the rest of the answer never comes', async () => {
    receiver.behave = behaviours.stallAfterHeaders;
    const headersArrived = new Promise((done) => subscribe('undici:request:headers', done));
    const outcome = open().post(post());
    await headersArrived;
    await clock.advance(4000);
    expect(await outcome).toEqual({ result: 'delivered' });
  });

  it('fails when the connection is reset', async () => {
    receiver.behave = behaviours.reset;
    expect(await open().post(post())).toMatchObject({ result: 'failed' });
  });

  it('fails when nobody listens', async () => {
    const url = receiver.url();
    await receiver.close();
    expect(await open().post(post(url))).toMatchObject({ result: 'failed', reason: expect.stringContaining('ECONNREFUSED') });
    receiver = await HttpReceiver.open();
  });

  it('cuts an answer that is too long', async () => {
    receiver.behave = behaviours.answerWithoutEnd;
    expect(await open({ replyBytes: 1000 }).post(post())).toEqual({ result: 'delivered' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('fails with what is no answer', async () => {
    const server = createServer((socket: Socket) => socket.end('SMTP ready\r\n'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    expect(await open().post(post(`http://127.0.0.1:${port}/`))).toMatchObject({ result: 'failed' });
    server.close();
  });

  it('uses connections again', async () => {
    const transport = open();
    for (let index = 0; index < 10; index += 1) await transport.post(post());
    expect(new Set(receiver.requests.map(({ clientPort }) => clientPort)).size).toBeLessThan(3);
  });

  it('is not made with headers that are none', async () => {
    expect(await open().post({ ...post(), headers: { 'X-Extra': 'a\r\nX-Other: b' } })).toMatchObject({ result: 'refused' });
    expect(receiver.requests).toEqual([]);
  });

  it('fails when the server stops', async () => {
    receiver.behave = behaviours.stall;
    const transport = open();
    const outcome = transport.post(post());
    await receiver.received(1);
    transport.abort();
    expect(await outcome).toEqual({ result: 'failed', reason: 'the server stopped' });
    expect(await transport.post(post())).toMatchObject({ result: 'failed' });
  });
});

describe('an endpoint', () => {
  it.each(['ftp://example.com/', 'file:///etc/passwd', 'example.com', '', '//example.com'])('with the URL %j is refused', async (url) => {
    expect(await open().post(post(url))).toEqual({ result: 'refused', reason: 'the URL is not valid' });
  });

  it('without TLS is refused unless that is allowed', async () => {
    expect(await open({ allowHttp: false }).post(post())).toEqual({ result: 'refused', reason: 'the URL is not an https URL' });
    expect(receiver.requests).toEqual([]);
  });

  it.each([
    (port: number) => `http://127.0.0.1:${port}/`,
    (port: number) => `http://127.1:${port}/`,
    (port: number) => `http://2130706433:${port}/`,
    (port: number) => `http://0x7f.0.0.1:${port}/`,
    (port: number) => `http://[::ffff:127.0.0.1]:${port}/`,
    (port: number) => `http://[::1]:${port}/`,
    (port: number) => `http://0:${port}/`,
    (port: number) => `http://localhost:${port}/`,
    (port: number) => `http://LOCALHOST:${port}/`,
    (port: number) => `https://localhost:${port}/`,
  ])('on a private address is refused, however it is written (%#)', async (urlAt) => {
    expect(await open({ allowPrivateTargets: false }).post(post(urlAt(receiver.port)))).toMatchObject({
      result: 'refused',
      reason: expect.stringContaining('not on the public internet'),
    });
    expect(receiver.requests).toEqual([]);
  });

  it('is called by its name at the address that was checked', async () => {
    const asked: string[] = [];
    const resolve: Resolve = async (hostname) => {
      asked.push(hostname);
      return [{ address: '127.0.0.1', family: 4 }];
    };
    const transport = open({}, resolve);
    expect(await transport.post(post(`http://hooks.example:${receiver.port}/`))).toEqual({ result: 'delivered' });
    expect(receiver.requests[0]?.headers.host).toBe(`hooks.example:${receiver.port}`);
    expect(asked).toEqual(['hooks.example']);
  });

  it('whose name points to a private address is refused', async () => {
    const resolve: Resolve = async () => [
      { address: '10.0.0.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    const outcome = await open({ allowPrivateTargets: false }, resolve).post(post(`http://hooks.example:${receiver.port}/`));
    expect(outcome).toEqual({ result: 'refused', reason: 'hooks.example is at 10.0.0.1, 127.0.0.1, which is not on the public internet' });
    expect(receiver.requests).toEqual([]);
  });

  it('without an address fails, and may have one later', async () => {
    const resolve: Resolve = async () => Promise.reject(new Error('getaddrinfo ENOTFOUND hooks.example'));
    const outcome = await open({}, resolve).post(post('http://hooks.example/'));
    expect(outcome).toEqual({ result: 'failed', reason: 'getaddrinfo ENOTFOUND hooks.example' });
  });
});
