import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isForeign } from './support/own-server.ts';
import { room, type SessionSite, startSessionSite, tokenOf } from './support/session-site.ts';

let site: SessionSite;
beforeAll(async () => {
  if (!isForeign()) site = await startSessionSite();
});
afterAll(() => site?.close());

describe.skipIf(isForeign())('the pages of others', () => {
  it.each(['neighbour', 'stranger'] as const)('get nothing with the session of a user: a %s', async (who) => {
    const context = await site.newWindow();
    const csrf = await site.startSession(await site.visit(context, 'app'), 'ann');
    const page = await site.visit(context, who);
    const headers = { 'x-csrf-token': csrf };
    for (const sent of [{ form: room }, { form: room, headers }, { headers: { authorization: `Bearer ${tokenOf('eve')}` } }]) {
      expect(await site.ask(page, 'form' in sent ? 'channel' : 'session', sent)).toBeUndefined();
    }
    expect(await site.ask(page, 'session')).toBeUndefined();
    expect(await site.ask(page, 'session', { method: 'DELETE', headers })).toBeUndefined();
    expect((await context.cookies()).map(({ name }) => name).sort()).toEqual(['__Host-clarion', '__Host-clarion-csrf']);
  });

  it.each(['neighbour', 'stranger'] as const)('are refused also when they do not want to read the answer: a %s', async (who) => {
    const context = await site.newWindow();
    await site.startSession(await site.visit(context, 'app'), 'ann');
    const page = await site.visit(context, who);
    const answered = page.waitForResponse(site.endpoint('channel'));
    await page.evaluate((url) => {
      const form = document.createElement('form');
      Object.assign(form, {
        method: 'POST',
        action: url,
        innerHTML: '<input name="socket_id" value="1.2"><input name="channel_name" value="private-room">',
      });
      document.body.append(form);
      form.submit();
    }, site.endpoint('channel'));
    expect((await answered).status()).toBe(403);
  });

  it.each(['neighbour', 'stranger'] as const)('cannot connect with the session of a user: a %s', async (who) => {
    const context = await site.newWindow();
    await site.startSession(await site.visit(context, 'app'), 'ann');
    const page = await site.visit(context, who);
    const code = await page.evaluate((url) => {
      const socket = new WebSocket(url);
      return new Promise((done) => socket.addEventListener('close', (event) => done(event.code)));
    }, `wss://live.clarion.test:${site.port}/app/${site.key}?protocol=7`);
    expect(code).toBe(4009);
  });

  it('cannot plant a cookie on the server’s host', async () => {
    const context = await site.newWindow();
    const page = await site.visit(context, 'neighbour');
    await page.evaluate(() => {
      // biome-ignore lint/suspicious/noDocumentCookie: what an attacker would do
      for (const name of ['__Host-clarion', '__Host-clarion-csrf']) document.cookie = `${name}=planted; Domain=clarion.test; Path=/; Secure`;
    });
    expect(await context.cookies(site.live)).toEqual([]);
  });
});
