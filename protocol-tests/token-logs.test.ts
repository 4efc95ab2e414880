import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from './support/client.ts';
import { isForeign } from './support/own-server.ts';
import { parseLog, startServer, type TestServer } from './support/server.ts';
import { type Target, targetAt } from './support/target.ts';
import { bearer, tokenApp, tokenAppSettings, tokenOf } from './support/token-app.ts';

let server: TestServer;
let target: Target;
beforeAll(async () => {
  if (isForeign()) return;
  server = await startServer({ apps: [tokenAppSettings()], log: { level: 'trace', pretty: false }, drain: { windowSeconds: 0 } });
  target = targetAt(server.httpUrl, tokenApp);
});
afterAll(() => server?.stop());

describe.skipIf(isForeign())('the log of a server with tokens', () => {
  it('holds no token and no ticket at the lowest level, however they came', async () => {
    const [token, expired] = [tokenOf('ann'), tokenOf('ann', { exp: 1 })];
    const canaries = [token, expired].flatMap((text) => text.split('.').slice(1));
    for (const each of [token, expired]) {
      for (const options of [
        { headers: { authorization: `Bearer ${each}` } },
        { headers: { cookie: `__Host-clarion=${each}`, origin: 'https://app.example' } },
        { protocols: ['bearer', each] },
        { query: { protocol: '7', token: each } },
      ]) {
        const client = await Client.open(target, options);
        await client.next();
        client.send({ event: 'clarion:refresh_token', data: { token: expired } });
        client.send(`{"event":"pusher:signin","data":{"token":"${expired}"`);
        client.send({ event: expired });
        client.drop();
      }
      const late = await Client.connect(target);
      late.send({ event: 'pusher:signin', data: { auth: `Bearer ${each}`, user_data: '' } });
      await late.next();
      late.drop();
    }
    const response = await fetch(`${server.httpUrl}/auth/${tokenApp.key}/ticket`, { method: 'POST', headers: bearer('ann').headers });
    const { ticket } = (await response.json()) as { ticket: string };
    for (const path of [
      `/t/${ticket}/app/${tokenApp.key}`,
      `/t/${ticket}/nowhere`,
      `/app/${tokenApp.key}?token=${token}`,
      `/nowhere?token=${token}`,
    ]) {
      await fetch(`${server.httpUrl}${path}`);
      await fetch(`${server.httpUrl}${path}`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    }
    await (await Client.connect(targetAt(`${server.httpUrl}/t/${ticket}`, tokenApp))).close();
    await (await Client.open(targetAt(`${server.httpUrl}/t/${ticket}x`, tokenApp))).closed;
    await (await Client.open(targetAt(`${server.httpUrl}/elsewhere/t/${ticket}`, tokenApp))).closed;
    await server.stop();
    const written = [...server.lines, ...server.errorLines];
    expect(written.some((line) => parseLog(line)?.msg === 'token refused')).toBe(true);
    for (const canary of [...canaries, ticket]) expect(written.filter((line) => line.includes(canary))).toEqual([]);
  });
});
