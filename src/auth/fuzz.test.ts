import { expect, it } from 'vitest';
import type { Caller } from '../http/message.ts';
import { annsToken, createTestAuthRouter, sessionHeaders } from '../testing/auth-router.ts';
import { type Chance, fuzz, fuzzTimeoutMilliseconds } from '../testing/fuzz.ts';
import { mutateBytes, mutateText } from '../testing/mutate.ts';

const bodies: readonly (readonly [contentType: string, body: string])[] = [
  ['application/x-www-form-urlencoded', 'socket_id=1.2&channel_name=presence-room'],
  ['application/json; charset=utf-8', '{"socket_id":"1.2","channel_name":"private-room"}'],
  ['', ''],
];
const endpoints = ['channel', 'user', 'session', 'ticket'];
const statuses = [200, 400, 401, 403, 404, 405, 413, 415, 429];

/** Leaves most as it is, so that the rest gets far. */
function sometimes(chance: Chance, text: string): string {
  return chance.oneIn(4) ? mutateText(chance, text) : text;
}

function callerOf(chance: Chance, session: Partial<Caller>, contentType: string): Partial<Caller> {
  const own = chance.oneIn(2) ? session : { authorization: `Bearer ${annsToken}` };
  const headers = { origin: 'https://page.test', contentType, ...own };
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, sometimes(chance, value as string)]));
}

it(
  'the hosted endpoints answer whatever they are sent, and allow nobody to be somebody else',
  async () => {
    const { ask, engine } = createTestAuthRouter();
    const session = sessionHeaders(await ask('/auth/key/session'));
    await fuzz(async (chance) => {
      const [contentType, body] = chance.pick(bodies);
      const path = sometimes(chance, `/auth/key/${chance.pick(endpoints)}`);
      const method = chance.pick(['POST', 'POST', 'POST', 'DELETE', 'OPTIONS', 'GET']);
      const caller = callerOf(chance, session, contentType);
      const response = await ask(path, { method, body: chance.oneIn(3) ? mutateBytes(chance, Buffer.from(body)) : body, ...caller });
      expect(statuses).toContain(response.status);
      const answer = JSON.parse(response.body) as { readonly channel_data?: string; readonly user_data?: string };
      if (response.status >= 400) expect(answer).toEqual({ error: expect.any(String) });
      if (answer.channel_data !== undefined) expect(JSON.parse(answer.channel_data)).toMatchObject({ user_id: 'ann' });
      if (answer.user_data !== undefined) expect(JSON.parse(answer.user_data)).toMatchObject({ id: 'ann' });
      for (const header of [...Object.values(response.headers ?? {}), ...(response.cookies ?? [])]) expect(header).not.toMatch(/[\r\n]/);
      engine.recorder.take();
      await engine.clock.advance(100);
    });
    expect(engine.log.lines).toEqual([]);
  },
  fuzzTimeoutMilliseconds,
);
