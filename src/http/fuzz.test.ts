import { describe, expect, it } from 'vitest';
import { md5Hex, signRequest } from '../protocol/signature.ts';
import { type Chance, fuzz, fuzzTimeoutMilliseconds } from '../testing/fuzz.ts';
import { healthy } from '../testing/healthy.ts';
import { mutateBytes, mutateText, mutateValue } from '../testing/mutate.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine, type TestEngine } from '../testing/test-engine.ts';
import type { HttpRequest } from './message.ts';
import { parseQuery } from './query.ts';
import { createRouter } from './router.ts';

const event = { name: 'e', data: '{"a":1}', channels: ['room', 'cache-room'], socket_id: '1.2', info: 'subscription_count', idempotency_key: 'k' };
const targets: readonly (readonly [method: string, path: string, body: object | undefined, query?: string])[] = [
  ['POST', '/apps/app/events', event],
  ['POST', '/apps/app/batch_events', { batch: [{ name: 'e', data: 'd', channel: 'room' }] }],
  ['GET', '/apps/app/channels', undefined, 'info=user_count&filter_by_prefix=presence-'],
  ['GET', '/apps/app/channels/room', undefined, 'info=subscription_count'],
  ['GET', '/apps/app/channels/presence-room/users', undefined],
  ['GET', '/apps/app/connections', undefined],
  ['POST', '/apps/app/users/ann/terminate_connections', {}],
  ['POST', '/users/ann/terminate_connections', {}],
  ['GET', '/up', undefined],
];
const statuses = [200, 400, 401, 403, 404, 405, 409, 413, 429, 503];

/** What a request is made of, before and after it is signed. */
interface Parts {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: Buffer;
}

function sign({ method, path, query, body }: Parts, nowSeconds: number): HttpRequest {
  const own = query === '' ? '' : `&${query}`;
  const parameters = `auth_key=key&auth_timestamp=${nowSeconds}&auth_version=1.0${body.length > 0 ? `&body_md5=${md5Hex(body)}` : ''}${own}`;
  const signature = signRequest('secret', method, path, parseQuery(parameters).canonical[0] ?? '');
  return { method, path, query: `${parameters}&auth_signature=${signature}`, idempotencyKey: '', body };
}

function parts(chance: Chance, damage: boolean): Parts {
  const [method, path, body, query = ''] = chance.pick(targets);
  const value = damage && chance.oneIn(2) ? mutateValue(chance, body) : body;
  const bytes = Buffer.from(value === undefined ? '' : (JSON.stringify(value) ?? ''));
  return {
    method: damage && chance.oneIn(20) ? chance.pick(['PUT', 'DELETE', 'HEAD', 'get', '']) : method,
    path: damage && chance.oneIn(4) ? mutateText(chance, path) : path,
    query: damage && chance.oneIn(4) ? mutateText(chance, query) : query,
    body: damage && chance.oneIn(6) ? mutateBytes(chance, bytes) : bytes,
  };
}

function nowSeconds({ clock }: TestEngine): number {
  return Math.floor(clock.now() / 1000);
}

describe('the HTTP API under fuzzing', { timeout: fuzzTimeoutMilliseconds }, () => {
  it('answers every request, signed or not, with a status of the table and JSON, and never fails', async () => {
    const engine = createTestEngine({ apps: [testApp()] });
    const handle = createRouter({ engine, prefix: '/ws', health: healthy });
    await fuzz(async (chance) => {
      const request = sign(parts(chance, true), nowSeconds(engine));
      const sent = chance.oneIn(3) ? { ...request, query: mutateText(chance, request.query) } : request;
      const { status, body } = await handle(sent);
      expect(statuses).toContain(status);
      expect(() => JSON.parse(body)).not.toThrow();
      expect(body).not.toContain('secret"');
      engine.recorder.take();
    });
    expect(engine.log.lines).toEqual([]);
  });

  it('lets no request through of which anything that is signed was changed', async () => {
    const engine = createTestEngine({ apps: [testApp()] });
    const handle = createRouter({ engine, prefix: '', health: healthy });
    await fuzz(async (chance) => {
      const whole = parts(chance, false);
      if (whole.path === '/up') return;
      const request = sign(whole, nowSeconds(engine));
      expect((await handle(request)).status).not.toBe(401);
      const forged = forge(chance, request);
      if (isSame(forged, request)) return;
      expect([400, 401, 404, 405]).toContain((await handle(forged)).status);
      engine.recorder.take();
    });
  });
});

function forge(chance: Chance, request: HttpRequest): HttpRequest {
  switch (chance.below(4)) {
    case 0:
      return { ...request, body: mutateBytes(chance, request.body) };
    case 1:
      return { ...request, query: `${request.query}&${chance.pick(['x=1', 'info=cache', 'auth_key=key', 'channels[]=other'])}` };
    case 2:
      return { ...request, path: request.path.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x')) };
    default:
      return { ...request, query: request.query.replace(/auth_signature=(.)/, (_, first) => `auth_signature=${first === '0' ? '1' : '0'}`) };
  }
}

function isSame(one: HttpRequest, other: HttpRequest): boolean {
  return one.path === other.path && one.query === other.query && one.body.equals(other.body);
}
