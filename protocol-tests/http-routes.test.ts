import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { type Answer, answer } from './support/api.ts';
import { expectFault } from './support/fault.ts';
import { hungUp, RawHttp, sendRaw } from './support/raw-http.ts';
import { addressOf, expectAlive, expectRefused } from './support/raw-request.ts';
import { needsOwnServer, sharedApp } from './support/target.ts';

const plain = sharedApp('plain');
const address = addressOf(plain);

beforeEach(needsOwnServer('a server that may be mistreated'));
afterEach(() => expectAlive(plain, inject('server').pid ?? 0));

describe('what is not in the protocol', () => {
  const ask = async (method: string, path: string): Promise<Answer> => answer(await fetch(plain.httpUrl + path, { method }));

  it.each([
    '/',
    '/favicon.ico',
    '/apps',
    '/apps/',
    `/apps/${plain.id}`,
    `/apps/${plain.id}/`,
    `/apps/${plain.id}/nowhere`,
    `/apps/${plain.id}/events/more`,
    `/apps/${plain.id}/channels/a/nowhere`,
    `/apps/${plain.id}/users/a`,
    '//up',
    '/up/',
    '/UP',
    '/pusher/auth',
    `/pusher/app/${plain.key}/123/abc/xhr_streaming`,
    '/timeline/v2/xhr/2',
    '/..%2f..%2fetc/passwd',
    '/__proto__',
    '/%00',
    '/%zz',
    '/%E0%A4%A',
  ])('%s is 404', async (path) => {
    expectFault(await ask('GET', path), 404);
    expectFault(await ask('POST', path), 404);
  });

  it.each([
    ['GET', '/events'],
    ['GET', '/batch_events'],
    ['POST', '/channels'],
    ['POST', '/channels/a'],
    ['DELETE', '/channels/a'],
    ['PUT', '/events'],
    ['POST', '/channels/presence-a/users'],
    ['GET', '/users/a/terminate_connections'],
    ['PATCH', '/connections'],
    ['POST', '/connections'],
  ])('%s %s is 405', async (method, path) => {
    expectFault(await ask(method, `/apps/${plain.id}${path}`), 405);
  });

  it.each(['OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'x', 'GETGET', '__proto__'])('the method %s is refused', async (method) => {
    expectRefused(await sendRaw(address, `${method} /apps/${plain.id}/events HTTP/1.1\r\nHost: ${address.host}\r\n\r\n`));
  });

  it.each([
    '\u0000\u0001\u0002\u0003\r\n\r\n',
    '\r\n\r\n\r\n\r\n',
    'GET\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET /up HTTP/1.1\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ])('the bytes %j are survived', async (bytes) => {
    const connection = await RawHttp.open(address);
    connection.write(bytes);
    await fetch(`${plain.httpUrl}/up`);
    connection.end();
    const given = await connection.answer();
    if (given !== hungUp) expect(given.status).toBeLessThan(600);
  });

  it('a page that is asked for where WebSockets connect is refused', async () => {
    expect((await ask('GET', `/app/${plain.key}`)).status).toBeGreaterThanOrEqual(400);
    expect((await ask('POST', `/app/${plain.key}`)).status).toBeGreaterThanOrEqual(400);
  });

  it('an upgrade to something else is refused', async () => {
    const upgrade = `GET /apps/${plain.id}/channels HTTP/1.1\r\nHost: ${address.host}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`;
    expectRefused(await sendRaw(address, upgrade));
  });
});
