import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { answer } from './support/api.ts';
import { expectFault } from './support/fault.ts';
import { RawHttp } from './support/raw-http.ts';
import { addressOf } from './support/raw-request.ts';
import { needsOwnServer, sharedApp } from './support/target.ts';

const plain = sharedApp('plain');
const { httpUrl } = plain;

beforeEach(needsOwnServer('the health checks of this server'));

describe('the health checks', () => {
  it('answer /up exactly as Laravel expects it', async () => {
    const { status, text, headers } = await answer(await fetch(`${httpUrl}/up`));
    expect({ status, text }).toEqual({ status: 200, text: '{"health":"OK"}' });
    expect(headers.get('content-type')).toMatch(/^application\/json/);
  });

  it.each(['/live', '/ready'])('answer %s with 200 and JSON', async (path) => {
    const { status, json, headers } = await answer(await fetch(httpUrl + path));
    expect(status).toBe(200);
    expect(json).toBeTypeOf('object');
    expect(headers.get('content-type')).toMatch(/^application\/json/);
  });

  it('say that the server is ready', async () => {
    expect((await answer(await fetch(`${httpUrl}/ready`))).json).toMatchObject({ ready: true });
  });

  it('need no signature and ignore a query', async () => {
    expect((await fetch(`${httpUrl}/up?auth_key=nobody&x=%zz`)).status).toBe(200);
  });

  it.each([
    ['/up', 200],
    ['/live', 200],
    ['/ready', 200],
    ['/nowhere', 404],
    [`/apps/${plain.id}/channels`, 405],
  ])('answer HEAD %s with %d and without a body, which the next request would trip over', async (path, status) => {
    const connection = await RawHttp.open(addressOf(plain));
    onTestFinished(() => connection.abort());
    connection.write(`HEAD ${path} HTTP/1.1\r\nHost: a\r\n\r\nGET /up HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(await connection.answer('HEAD')).toMatchObject({ status });
    expect(await connection.answer()).toMatchObject({ status: 200, body: '{"health":"OK"}' });
  });

  it.each(['/up', '/live', '/ready'])('refuse POST %s with 405', async (path) => {
    expectFault(await answer(await fetch(httpUrl + path, { method: 'POST', body: 'x' })), 405);
  });
});
