import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { api } from './support/api.ts';
import { Client } from './support/client.ts';
import { hungUp, RawHttp, sendRaw } from './support/raw-http.ts';
import { addressOf, expectAlive, expectRawFault, expectRefused, joined, lengthOf, post, postHead } from './support/raw-request.ts';
import { needsOwnServer, sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');
const address = addressOf(plain);
const eventsPath = `/apps/${plain.id}/events`;
const batchPath = `/apps/${plain.id}/batch_events`;
const anEvent = (channel = unique('room')): string => JSON.stringify({ name: 'greeting', data: 'hello', channels: [channel] });

beforeEach(needsOwnServer('a server that may be mistreated'));
afterEach(() => expectAlive(plain, inject('server').pid ?? 0));

describe('a body that is not an event', () => {
  it.each([
    'null',
    '[]',
    '[null]',
    '7',
    '-0',
    'true',
    '"text"',
    '{}',
    '{',
    '',
    ' ',
    '{"a":1}}',
    'undefined',
    '{"name":NaN}',
    '\ufeff{}',
    "{'name':'x'}",
  ])('%j is refused with 400', async (body) => {
    expectRawFault(await post(plain, eventsPath, body), 400);
    expectRawFault(await post(plain, batchPath, body), 400);
  });

  it.each(['{"batch":null}', '{"batch":[null]}', '{"batch":[[]]}', '{"batch":[7,{}]}', '{"batch":{"0":{}}}', '{"batch":"x"}'])(
    '%s is refused as a batch',
    async (body) => {
      expectRawFault(await post(plain, batchPath, body), 400);
    },
  );

  it('is refused when it is nested 100,000 levels deep', async () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"channels":', '}'],
    ] as const) {
      const levels = open === '[' ? 100_000 : 50_000;
      expectRawFault(await post(plain, eventsPath, open.repeat(levels) + (open === '[' ? '' : '1') + close.repeat(levels)), 400);
    }
    expectRawFault(await post(plain, eventsPath, `{"name":"n","data":${'['.repeat(100_000)}${']'.repeat(100_000)},"channels":["a"]}`), 400);
  });

  it('takes nothing from a prototype', async () => {
    const room = unique('room');
    expectRawFault(await post(plain, eventsPath, `{"__proto__":{"name":"n","data":"d","channels":["${room}"]}}`), 400);
    expectRawFault(await post(plain, eventsPath, `{"constructor":{"prototype":{"name":"n"}},"data":"d","channels":["${room}"]}`), 400);
    expectRawFault(await post(plain, batchPath, `{"batch":[{"__proto__":{"name":"n","data":"d","channel":"${room}"}}]}`), 400);
    expectRawFault(await post(plain, eventsPath, '{}'), 400);
  });

  it('is refused when it is not UTF-8', async () => {
    const broken = joined('{"name":"greeting","data":"', Buffer.from([0xc3, 0x28, 0xff, 0xfe]), `","channels":["${unique('room')}"]}`);
    expectRawFault(await post(plain, eventsPath, broken), 400);
  });

  it('is served when the same member occurs twice: the last one counts', async () => {
    const [first, last] = [unique('room'), unique('room')];
    const client = await Client.connect(plain);
    await client.subscribe(first);
    await client.subscribe(last);
    expect(await post(plain, eventsPath, `{"name":"n","data":"d","channels":["${first}"],"channels":["${last}"]}`)).toMatchObject({ status: 200 });
    expect(await client.next('n')).toMatchObject({ channel: last });
    await client.quiet();
  });
});

describe('any JSON at all', () => {
  const anything = fc.jsonValue({ maxDepth: 3 });
  const near = fc.record(
    {
      name: fc.oneof(fc.constant('greeting'), anything),
      data: fc.oneof(fc.constant('hello'), anything),
      channels: fc.oneof(fc.constant([unique('room')]), anything),
      channel: anything,
      socket_id: fc.oneof(fc.constant('1.1'), anything),
      info: anything,
      idempotency_key: anything,
    },
    { requiredKeys: [] },
  );

  it.each([
    ['an event', eventsPath, near],
    ['a batch', batchPath, fc.record({ batch: fc.oneof(fc.array(fc.oneof(near, anything), { maxLength: 12 }), anything) })],
    ['anything', eventsPath, anything],
  ] as const)('in the place of %s is answered in the documented way', async (_what, path, body) => {
    const property = fc.asyncProperty(body, async (value) => {
      const given = await post(plain, path, JSON.stringify(value));
      if (given === hungUp || given.status !== 200) expectRawFault(given, given === hungUp ? 400 : given.status);
      expect([200, 400, 409, 413]).toContain(given !== hungUp && given.status);
    });
    await fc.assert(property, { seed: 6001, numRuns: 150 });
  });
});

describe('the size of a request', () => {
  it('may be a body of 1 MB', async () => {
    const event = JSON.parse(anEvent());
    const body = JSON.stringify({ ...event, padding: '' });
    expect((await api(plain, 'POST', '/events', { ...event, padding: 'x'.repeat(1_048_576 - body.length) })).status).toBe(200);
  });

  it('is refused with 413 above that, however the body is framed', async () => {
    const body = Buffer.alloc(1_048_577, 'x');
    expectRawFault(await post(plain, eventsPath, body), 413);
    const chunked = joined(postHead(plain, eventsPath, body, 'Transfer-Encoding: chunked'), '\r\n\r\n100001\r\n', body, '\r\n0\r\n\r\n');
    expectRawFault(await sendRaw(address, chunked), 413);
  });

  it('is refused before gigabytes are sent', async () => {
    const connection = await RawHttp.open(address);
    connection.write(`${postHead(plain, eventsPath, 'x', 'Content-Length: 4294967297')}\r\n\r\n${'x'.repeat(2_000_000)}`);
    expectRawFault(await connection.answer(), 413);
    connection.abort();
  });

  it('may include headers of 12 KB, as cookies and tokens can be', async () => {
    const body = anEvent();
    const bytes = joined(postHead(plain, eventsPath, body, lengthOf(body), `Cookie: session=${'x'.repeat(12_000)}`), '\r\n\r\n', body);
    expect(await sendRaw(address, bytes)).toMatchObject({ status: 200 });
  });

  it('is refused with headers of 32 KB, with a path of 32 KB and with 1,000 headers', async () => {
    expectRefused(await sendRaw(address, `GET /up HTTP/1.1\r\nHost: ${address.host}\r\nCookie: ${'x'.repeat(32_768)}\r\n\r\n`));
    expectRefused(await sendRaw(address, `GET /${'x'.repeat(32_768)} HTTP/1.1\r\nHost: ${address.host}\r\n\r\n`));
    expectRefused(await sendRaw(address, `GET /up HTTP/1.1\r\nHost: ${address.host}\r\n${'X-A: b\r\n'.repeat(1000)}\r\n`));
  });
});
