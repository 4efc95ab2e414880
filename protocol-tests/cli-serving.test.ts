import { describe, expect, it } from 'vitest';
import { freePort } from '../src/testing/free-port.ts';
import { trigger } from './support/api.ts';
import { type CliRun, runCli, startCli } from './support/cli.ts';
import { Client } from './support/client.ts';
import { listener } from './support/listener.ts';
import { parseLog } from './support/server.ts';
import { sharedApp, targetAt } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');
const toPlain = ['--url', plain.httpUrl, '--app', plain.id, '--key', plain.key, '--secret', plain.secret];
const written = { timeout: 10_000 };

/** Starts a server without any configuration and resolves with its port. */
async function startBare(run: CliRun): Promise<number> {
  const listening = (): Record<string, unknown> | undefined =>
    run
      .stdout()
      .split('\n')
      .map(parseLog)
      .find((line) => line?.msg === 'listening');
  await expect.poll(listening, written).toBeDefined();
  return Number(listening()?.port);
}

describe('clarion start without a configuration', () => {
  it('serves a development app, and tells how in snippets that work', async () => {
    const run = startCli(['start', '--host', '127.0.0.1', '--port', '0']);
    const port = await startBare(run);
    await expect.poll(() => run.stderr(), written).toContain('curl -H');
    const text = run.stderr();
    const shown = (name: string): string => new RegExp(`^ *${name} +(\\S+)$`, 'm').exec(text)?.[1] ?? '';
    const target = targetAt(`http://127.0.0.1:${port}`, { id: shown('id'), key: shown('key'), secret: shown('secret') });
    expect(text).toContain(`wsPort: ${port}`);
    expect(text).toContain('broadcaster: ');
    expect(text).toContain('new Pusher(');
    const client = await listener(target, 'hello');
    const [, body = '', url = ''] = /curl .*-d '(.+)' '(.+)'/.exec(text) ?? [];
    expect(await (await fetch(url, { method: 'POST', body })).text()).toBe('{}');
    await client.next('greeting');
    process.kill(run.pid, 'SIGTERM');
    expect((await run.ended).code).toBe(0);
  });

  it('is refused in production, in one clear message', async () => {
    const { code, stderr } = await runCli(['start', '--port', '0'], { environment: { NODE_ENV: 'production' } });
    expect(code).toBe(3);
    expect(stderr).toMatch(/production/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('is refused in production also when the development credentials are spelt out', async () => {
    const development = { CLARION_APP_ID: 'app-id', CLARION_APP_KEY: 'app-key', CLARION_APP_SECRET: 'app-secret' };
    const { code, stderr } = await runCli(['start', '--port', '0'], { environment: { NODE_ENV: 'production', ...development } });
    expect(code).toBe(3);
    expect(stderr).toMatch(/production/);
  });
});

describe('clarion start', () => {
  it('serves on, and stops cleanly, when the reader of its log has gone', async () => {
    const port = await freePort();
    const run = startCli(['start', '--host', '127.0.0.1', '--port', String(port), '--debug'], { readsLog: false });
    const isUp = (): Promise<boolean> =>
      fetch(`http://127.0.0.1:${port}/up`).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(isUp, written).toBe(true);
    for (let times = 0; times < 3; times += 1) expect((await fetch(`http://127.0.0.1:${port}/apps/nobody/channels`)).status).toBe(404);
    process.kill(run.pid, 'SIGTERM');
    expect(await run.ended).toMatchObject({ code: 0, stderr: expect.not.stringContaining('EPIPE') });
  });
});

describe('clarion trigger', () => {
  it('publishes and prints the answer', async () => {
    const room = unique('room');
    const client = await listener(plain, room);
    const { code, stdout, stderr } = await runCli(['trigger', room, 'greeting', '{"text":"hello"}', ...toPlain]);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '{}\n', stderr: '' });
    expect(await client.next()).toEqual({ event: 'greeting', channel: room, data: '{"text":"hello"}' });
  });

  it('fails with the reason of the server', async () => {
    const { code, stdout, stderr } = await runCli(['trigger', unique('room'), 'greeting', 'x', ...toPlain.slice(0, -1), 'canary-wrong']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/401.*Invalid signature/);
    expect(stderr).not.toContain('canary-wrong');
  });

  it('names a server that is not there', async () => {
    const nowhere = ['--url', 'http://127.0.0.1:1', ...toPlain.slice(2)];
    const { code, stderr } = await runCli(['trigger', 'room', 'greeting', 'x', ...nowhere]);
    expect(code).toBe(1);
    expect(stderr).toContain('127.0.0.1:1');
  });
});

describe('clarion listen', () => {
  it('signs its subscriptions and prints what arrives', async () => {
    const [secret, team] = [unique('private-room'), unique('presence-room')];
    const run = startCli(['listen', secret, team, '--user', 'ada', '--json', '--count', '2', ...toPlain]);
    for (const channel of [secret, team]) await expect.poll(() => run.stderr(), written).toContain(`subscribed to ${channel}`);
    await trigger(plain, { name: 'greeting', data: '{"n":1}', channels: [secret] });
    await trigger(plain, { name: 'greeting', data: 'text', channels: [team] });
    const { code, stdout } = await run.ended;
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { channel: secret, event: 'greeting', data: { n: 1 } },
      { channel: team, event: 'greeting', data: 'text' },
    ]);
  });

  it('is a member that others see', async () => {
    const room = unique('presence-room');
    const client = await Client.connect(plain);
    await client.subscribe(room, { user_id: 'bob' });
    const run = startCli(['listen', room, '--user', 'ada', ...toPlain]);
    await client.next('pusher_internal:member_added');
    process.kill(run.pid, 'SIGINT');
    expect((await run.ended).code).toBe(0);
    await client.next('pusher_internal:member_removed');
  });

  it('fails with the reason when a channel is refused', async () => {
    const { code, stderr } = await runCli(['listen', 'not a channel', ...toPlain]);
    expect(code).toBe(1);
    expect(stderr).toContain('not a channel');
  });
});
