import { beforeEach, describe, expect, it } from 'vitest';
import { answer } from './support/api.ts';
import { expectFault } from './support/fault.ts';
import { needsOwnServer, sharedApp } from './support/target.ts';

const { httpUrl } = sharedApp('plain');

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

  it.each(['/up', '/live', '/ready'])('answer %s to HEAD with 200 and no body', async (path) => {
    const { status, text } = await answer(await fetch(httpUrl + path, { method: 'HEAD' }));
    expect({ status, text }).toEqual({ status: 200, text: '' });
  });

  it.each(['/up', '/live', '/ready'])('refuse POST %s with 405', async (path) => {
    expectFault(await answer(await fetch(httpUrl + path, { method: 'POST', body: 'x' })), 405);
  });
});
