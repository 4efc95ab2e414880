import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTestTerminal, type TestTerminal } from '../testing/test-terminal.ts';
import { run } from './run.ts';

const local = ['--host', '127.0.0.1', '--port', '0'];
const app = { CLARION_APP_ID: '1', CLARION_APP_KEY: 'k', CLARION_APP_SECRET: 'canary-secret', CLARION_METRICS_ENABLED: 'false' };

interface Started {
  readonly terminal: TestTerminal;
  readonly ended: Promise<number>;
  readonly port: number;
}

/** Starts a server in this process; it ends with the test. */
async function start(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<Started> {
  const terminal = createTestTerminal(environment);
  const ended = run(['start', ...local, ...args], terminal);
  const written = await terminal.waitFor('"listening"');
  const line = written.split('\n').find((text) => text.includes('"listening"')) ?? '{}';
  onTestFinished(async () => {
    terminal.signals.emit('SIGTERM', 'SIGTERM');
    await ended;
  });
  return { terminal, ended, port: JSON.parse(line).port };
}

describe('clarion start', () => {
  it('serves until a signal, and ends with 0', async () => {
    const { terminal, ended, port } = await start([], app);
    expect(await (await fetch(`http://127.0.0.1:${port}/up`)).json()).toEqual({ health: 'OK' });
    terminal.signals.emit('SIGTERM', 'SIGTERM');
    expect(await ended).toBe(0);
    expect(terminal.exits).toEqual([]);
    const lines = terminal
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ msg }) => msg)).toEqual(['listening', 'stopping', 'stopped']);
    expect(lines[0]).toMatchObject({ host: '127.0.0.1', port, preset: 'none', apps: 1 });
    expect(terminal.complaints()).toBe('');
  });

  it('warns in the log', async () => {
    const { terminal } = await start([], { ...app, CLARION_LIMITS_EVENT_DATA_BYTES: '5000000' });
    expect(terminal.output()).toContain('"warning":"limits.eventDataBytes is 5000000, but limits.httpBodyBytes lets only');
  });

  it('tells how to use the development app beside the log, with a request that works', async () => {
    const { terminal, port } = await start([], { CLARION_METRICS_ENABLED: 'false' });
    const text = terminal.complaints();
    for (const part of ['app-id', 'app-key', 'app-secret', `wsPort: ${port}`, "broadcaster: 'reverb'", 'new Pusher(']) expect(text).toContain(part);
    const [, body = '', url = ''] = /curl .* -d '(.+)' '(.+)'/.exec(text) ?? [];
    expect(await (await fetch(url, { method: 'POST', body })).json()).toEqual({});
    expect(terminal.output()).not.toContain('app-secret');
  });

  it('refuses the development app in production', async () => {
    const terminal = createTestTerminal({ NODE_ENV: 'production' });
    expect(await run(['start', ...local], terminal)).toBe(3);
    expect(terminal.complaints()).toContain('clarion keygen');
  });

  it('names a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const terminal = createTestTerminal(app);
    expect(await run(['start', '--host', '127.0.0.1', '--port', port], terminal)).toBe(1);
    expect(terminal.complaints()).toContain('127.0.0.1');
    expect(terminal.complaints()).toContain(port);
  });

  it('triggers and listens as a signed client, and leaves no secret in its log', async () => {
    const server = await start(['--debug'], app);
    const url = ['--url', `http://127.0.0.1:${server.port}`];
    const channels = ['public', 'private-room', 'presence-room', '#server-to-user-ada'];
    const listener = createTestTerminal(app);
    const listening = run(['listen', ...channels, ...url, '--user', 'ada', '--json', '--count', '3'], listener);
    await listener.waitFor('subscribed to #server-to-user-ada');
    const publisher = createTestTerminal(app);
    const more = ['--channel', 'presence-room', '--info', 'user_count'];
    expect(await run(['trigger', 'private-room', 'greeting', '{"text":"Hi"}', ...more, ...url], publisher)).toBe(0);
    expect(JSON.parse(publisher.output())).toEqual({ channels: { 'private-room': {}, 'presence-room': { user_count: 1 } } });
    expect(await run(['trigger', 'public', 'plain', 'text', ...url], publisher)).toBe(0);
    expect(await listening).toBe(0);
    expect(
      listener
        .output()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { channel: 'private-room', event: 'greeting', data: { text: 'Hi' } },
      { channel: 'presence-room', event: 'greeting', data: { text: 'Hi' } },
      { channel: 'public', event: 'plain', data: 'text' },
    ]);
    expect(listener.complaints()).toContain('subscribed to presence-room');
    expect(server.terminal.output()).not.toContain('canary');
  });

  it.each([
    [['--app', '1', '--key', 'k', '--secret', 'wrong'], 'private-room', 'refused: private-room'],
    [['--app', '1', '--key', 'none', '--secret', 'wrong'], 'room', '4001'],
  ])('lets a listener with %j know that it is refused', async (flags, channel, reason) => {
    const { port } = await start([], app);
    const listener = createTestTerminal({});
    expect(await run(['listen', channel, '--url', `http://127.0.0.1:${port}`, ...flags], listener)).toBe(1);
    expect(listener.complaints()).toContain(reason);
  });

  it('lets a publisher know that it is refused', async () => {
    const { port } = await start([], app);
    const publisher = createTestTerminal({});
    const flags = ['--url', `http://127.0.0.1:${port}`, '--app', '1', '--key', 'k', '--secret', 'wrong'];
    expect(await run(['trigger', 'room', 'greeting', ...flags], publisher)).toBe(1);
    expect(publisher.complaints()).toContain('The server answered 401');
  });
});

it('tells that no server is there', async () => {
  const flags = ['--url', 'http://127.0.0.1:1', '--app', '1', '--key', 'k', '--secret', 's'];
  const terminal = createTestTerminal({});
  expect(await run(['listen', 'room', ...flags], terminal)).toBe(1);
  expect(await run(['trigger', 'room', 'greeting', ...flags], terminal)).toBe(1);
  expect(terminal.complaints()).toMatch(/No connection to http:\/\/127\.0\.0\.1:1 .*\n.*ECONNREFUSED 127\.0\.0\.1:1/);
});
