import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../src/testing/free-port.ts';
import { trigger } from './support/api.ts';
import { occurrence, pusherJs, subscribed } from './support/real-clients.ts';
import { sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');

/** The code of the page that starts with this line. */
async function snippet(firstLine: string): Promise<string> {
  const page = await readFile('docs/javascript.md', 'utf8');
  const fenced = page.split('```').find((part) => part.slice(part.indexOf('\n') + 1).startsWith(firstLine));
  if (fenced === undefined) throw new Error(`docs/javascript.md has no code that starts with ${firstLine}`);
  return fenced.slice(fenced.indexOf('\n') + 1);
}

/** Runs the code in a process of its own; ends it with the test. */
async function run(code: string, environment: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { env: { ...process.env, ...environment }, stdio: 'inherit' });
  onTestFinished(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
}

async function startEndpoint(): Promise<string> {
  const port = await freePort();
  await run(await snippet('// auth-endpoint.mjs'), { PORT: String(port), APP_ID: plain.id, APP_KEY: plain.key, APP_SECRET: plain.secret });
  const url = `http://127.0.0.1:${port}`;
  await expect
    .poll(
      () =>
        fetch(url, { method: 'POST' }).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 10_000 },
    )
    .toBe(403);
  return url;
}

it('shows an auth endpoint of 20 lines that lets pusher-js into private and presence channels', async () => {
  expect((await snippet('// auth-endpoint.mjs')).trim().split('\n').length).toBeLessThanOrEqual(20);
  const pusher = pusherJs(plain, { channelAuthorization: { endpoint: await startEndpoint(), transport: 'ajax' } });
  const [privateRoom, presenceRoom] = [unique('private-room'), unique('presence-room')];
  const members = occurrence(pusher.subscribe(presenceRoom), 'pusher:subscription_succeeded');
  const channel = await subscribed(pusher, privateRoom);
  expect(await members).toMatchObject({ count: 1, me: { id: 'ada', info: { name: 'Ada' } } });
  const greeting = occurrence(channel, 'greeting');
  await trigger(plain, { name: 'greeting', data: '"hello"', channels: [privateRoom] });
  expect(await greeting).toBe('hello');
});

it('has a README of two screens', async () => {
  expect((await readFile('README.md', 'utf8')).split('\n').length).toBeLessThanOrEqual(111);
});
