import { afterEach, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { api } from './support/api.ts';
import { apps } from './support/apps.ts';
import { hungUp, type RawAnswer, RawHttp, sendRaw } from './support/raw-http.ts';
import { addressOf, expectAlive, expectRawFault, joined, lengthOf, postBytes, postHead } from './support/raw-request.ts';
import { startServer } from './support/server.ts';
import { signedQuery } from './support/signature.ts';
import { needsOwnServer, sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');
const address = addressOf(plain);
const eventsPath = `/apps/${plain.id}/events`;
const anEvent = (channel = unique('room')): string => JSON.stringify({ name: 'greeting', data: 'hello', channels: [channel] });

beforeEach(needsOwnServer('a server that may be mistreated'));
afterEach(() => expectAlive(plain, inject('server').pid ?? 0));

describe('a body that comes in another way', () => {
  it('is read in chunks', async () => {
    const body = anEvent();
    const chunks = [...body].map((character) => `1\r\n${character}\r\n`).join('');
    const bytes = `${postHead(plain, eventsPath, body, 'Transfer-Encoding: chunked')}\r\n\r\n${chunks}0\r\n\r\n`;
    expect(await sendRaw(address, bytes)).toMatchObject({ status: 200, body: '{}' });
  });

  it('is read byte by byte, headers included', async () => {
    const bytes = postBytes(plain, eventsPath, anEvent());
    const afterRequestLine = bytes.indexOf('\r\n') + 2; // the engine answers 505 when the request line itself is cut at certain places
    const connection = await RawHttp.open(address);
    connection.write(bytes.subarray(0, afterRequestLine));
    for (const byte of bytes.subarray(afterRequestLine)) connection.write(Buffer.of(byte));
    expect(await connection.answer()).toMatchObject({ status: 200, body: '{}' });
    connection.abort();
  });

  it('is read after Expect: 100-continue, whether or not the client waits for it', async () => {
    const body = anEvent();
    const connection = await RawHttp.open(address);
    connection.write(joined(postHead(plain, eventsPath, body, lengthOf(body), 'Expect: 100-continue'), '\r\n\r\n', body));
    let last = await connection.answer();
    while (last !== hungUp && last.status === 100) last = await connection.answer();
    expect(last).toMatchObject({ status: 200, body: '{}' });
    connection.abort();
  });

  it('that is missing is refused, not waited for', async () => {
    expectRawFault(await sendRaw(address, `${postHead(plain, eventsPath, '')}\r\n\r\n`), 400);
    expectRawFault(await sendRaw(address, `${postHead(plain, eventsPath, '', 'Content-Length: 0')}\r\n\r\n`), 400);
    expectRawFault(await sendRaw(address, `${postHead(plain, eventsPath, '', 'Transfer-Encoding: chunked')}\r\n\r\n0\r\n\r\n`), 400);
  });

  it('does not disturb a GET that has one', async () => {
    const query = signedQuery(plain, { method: 'GET', path: `/apps/${plain.id}/channels`, body: '{}' });
    const bytes = `GET /apps/${plain.id}/channels?${query} HTTP/1.1\r\nHost: ${address.host}\r\nContent-Length: 2\r\n\r\n{}GET /up HTTP/1.1\r\nHost: ${address.host}\r\n\r\n`;
    const connection = await RawHttp.open(address);
    connection.write(bytes);
    expect(await connection.answer()).toMatchObject({ status: 200 });
    expect(await connection.answer()).toMatchObject({ status: 200, body: '{"health":"OK"}' });
    connection.abort();
  });
});

describe('a connection', () => {
  it('is kept for the next requests, also after refusals and in a pipeline', async () => {
    const connection = await RawHttp.open(address);
    const body = anEvent();
    const good = postBytes(plain, eventsPath, body);
    const bad = postBytes(plain, eventsPath, 'null');
    connection.write(joined(good, bad, good, `GET /nowhere HTTP/1.1\r\nHost: ${address.host}\r\n\r\n`, good));
    const answers: (RawAnswer | typeof hungUp)[] = [];
    for (let index = 0; index < 5; index += 1) answers.push(await connection.answer());
    expect(answers.map((given) => given !== hungUp && given.status)).toEqual([200, 400, 200, 404, 200]);
    for (const given of answers) expect(given !== hungUp && given.headers.get('connection')?.toLowerCase()).not.toBe('close');
    connection.abort();
  });

  it('may be one of 1,100 that are open at once', async () => {
    const connections = await Promise.all(Array.from({ length: 1100 }, () => RawHttp.open(address)));
    for (const connection of connections) connection.write(`GET /up HTTP/1.1\r\nHost: ${address.host}\r\n\r\n`);
    for (const connection of connections) expect(await connection.answer()).toMatchObject({ status: 200 });
    for (const connection of connections) connection.abort();
  });

  it('that is aborted in the middle of requests leaves no trace', async () => {
    const body = anEvent();
    const whole = postBytes(plain, eventsPath, body);
    for (let cut = 0; cut <= whole.length; cut += 9) {
      const connection = await RawHttp.open(address);
      connection.write(whole.subarray(0, cut));
      connection.abort();
    }
    const batch = await Promise.all(Array.from({ length: 20 }, () => RawHttp.open(address)));
    for (const connection of batch) connection.write(joined(whole, whole, whole));
    for (const connection of batch) connection.abort();
  });

  it('that sends its body slowly keeps nobody waiting', async () => {
    const slow = await Promise.all(Array.from({ length: 30 }, () => RawHttp.open(address)));
    for (const connection of slow) connection.write(`${postHead(plain, eventsPath, 'x', 'Content-Length: 1000')}\r\n\r\n{`);
    const answers = await Promise.all(Array.from({ length: 10 }, () => api(plain, 'POST', '/events', JSON.parse(anEvent()))));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    for (const connection of slow) connection.abort();
  });

  it('that never ends its body is answered and closed', async () => {
    const server = await startServer({ apps: [apps.plain], limits: { requestTimeoutSeconds: 1 } });
    onTestFinished(async () => {
      await server.stop();
    });
    const connection = await RawHttp.open(server);
    connection.write(`${postHead(plain, eventsPath, 'x', 'Content-Length: 1000')}\r\n\r\n`);
    const drops = setInterval(() => connection.write('{'), 100);
    onTestFinished(() => clearInterval(drops));
    expect(await connection.answer()).toMatchObject({ status: 408, body: expect.stringMatching(/^\{"error":".+"\}$/) });
    await connection.closed();
  });
});

describe('a request that a proxy could read in another way', () => {
  const hidden = `GET /up HTTP/1.1\r\nHost: ${address.host}\r\n\r\n`;
  const start = `POST ${eventsPath} HTTP/1.1\r\nHost: ${address.host}\r\n`;

  it('with two lengths is refused with 400, also when they are equal', async () => {
    const body = anEvent();
    for (const second of [body.length, body.length + 1, 0, -1, 'x']) {
      const bytes = joined(postHead(plain, eventsPath, body, lengthOf(body), `Content-Length: ${second}`), '\r\n\r\n', body);
      expect(await sendRaw(address, bytes)).toMatchObject({ status: 400 });
    }
  });

  it.each([
    ['a length and chunks', `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`],
    ['chunks and a length', `Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${hidden}`],
    ['a negative length', `Content-Length: -1\r\n\r\n${hidden}`],
    ['a signed length', `Content-Length: +0\r\n\r\n${hidden}`],
    ['a hexadecimal length', `Content-Length: 0x0\r\n\r\n${hidden}`],
    ['a list of lengths', `Content-Length: 0, 0\r\n\r\n${hidden}`],
    ['an enormous length', `Content-Length: 18446744073709551616\r\n\r\n${hidden}`],
    ['an unknown encoding', `Transfer-Encoding: xchunked\r\n\r\n${hidden}`],
    ['two encodings', `Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${hidden}`],
    ['a space before the colon', `Content-Length : 0\r\n\r\n${hidden}`],
    ['a folded header', `X: y\r\n Content-Length: 0\r\n\r\n${hidden}`],
    ['a chunk of enormous size', `Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\nx\r\n0\r\n\r\n${hidden}`],
    ['a chunk size that is no number', `Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n${hidden}`],
    ['a zero byte in a header', `X: a\u0000b\r\nContent-Length: 0\r\n\r\n${hidden}`],
  ])('with %s never lets the hidden request through', async (_shape, rest) => {
    const connection = await RawHttp.open(address);
    connection.write(start + rest);
    expect(await isHiddenServed(connection)).toBe(false);
  });

  /** Whether the hidden request is answered. The client says at last that nothing more comes: a server may rightly wait for the rest of a body. */
  async function isHiddenServed(connection: RawHttp): Promise<boolean> {
    const reading = (async () => {
      for (;;) {
        const given = await connection.answer();
        // After `Connection: close` a proxy drops the connection with all that follows.
        if (given === hungUp || given.headers.get('connection') === 'close') return false;
        if (given.status === 200) return true;
      }
    })();
    await fetch(`${plain.httpUrl}/up`);
    connection.end();
    return reading;
  }
});
