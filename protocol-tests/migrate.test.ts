import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { api } from './support/api.ts';
import { runCli } from './support/cli.ts';
import { Client } from './support/client.ts';
import { startServer } from './support/server.ts';
import { needsOwnServer, targetAt } from './support/target.ts';

beforeEach(needsOwnServer('its command line'));

const laravel = `
APP_NAME=Shop
BROADCAST_CONNECTION=reverb
REDIS_HOST=127.0.0.1
REVERB_APP_ID=482913
REVERB_APP_KEY=shop-key
REVERB_APP_SECRET='s3cret "with" #signs'
REVERB_HOST="ws.shop.test"
REVERB_PORT=443
REVERB_SCHEME=https
REVERB_SERVER_PORT=6001
REVERB_APP_MAX_CONNECTIONS=500
REVERB_SCALING_ENABLED=false
VITE_REVERB_APP_KEY="\${REVERB_APP_KEY}"
`;

const soketi = JSON.stringify({
  debug: true,
  port: 6001,
  'appManager.array.apps': [
    { id: 'shop', key: 'shop-key', secret: 's3cret "with" #signs', enableClientMessages: true, webhooks: [] },
    { id: 'forum', key: 'forum-key', secret: 'another', maxConnections: 10 },
  ],
});

const websockets = `
BROADCAST_DRIVER=pusher
PUSHER_APP_ID=12345
PUSHER_APP_KEY=shop-key
PUSHER_APP_SECRET='s3cret "with" #signs'
PUSHER_APP_CLUSTER=mt1
LARAVEL_WEBSOCKETS_PORT=6001
`;

const sources: readonly (readonly [name: string, text: string, appId: string])[] = [
  ['a .env of Laravel Reverb', laravel, '482913'],
  ['a configuration file of Soketi', soketi, 'shop'],
  ['a .env of laravel-websockets', websockets, '12345'],
];

describe('clarion migrate', () => {
  it.each(sources)('makes from %s a file that the check accepts', async (_, text) => {
    const folder = temporaryFolder({ source: text });
    const { code, stdout, stderr } = await runCli(['migrate', 'source', '--output', 'clarion.json'], { folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Taken over:');
    expect(stdout).not.toContain('s3cret');
    const check = await runCli(['config', 'check', '--config', 'clarion.json'], { folder });
    expect(check).toMatchObject({ code: 0, stderr: '' });
    expect(check.stdout).not.toContain('warning');
  });

  it.each(sources)('lets clients and publishers of %s go on', async (_, text, id) => {
    const folder = temporaryFolder({ source: text });
    const settings = JSON.parse((await runCli(['migrate', 'source'], { folder })).stdout);
    const server = await startServer({ ...settings, drain: { windowSeconds: 0 }, server: { ...settings.server, host: '127.0.0.1', port: 0 } });
    onTestFinished(async () => void (await server.stop()));
    const target = targetAt(server.httpUrl, { id, key: 'shop-key', secret: 's3cret "with" #signs' });
    const client = await Client.connect(target);
    await client.subscribe('private-room');
    expect(await api(target, 'POST', '/events', { name: 'greeting', channel: 'private-room', data: 'hello' })).toMatchObject({ status: 200 });
    expect(await client.next('greeting')).toMatchObject({ channel: 'private-room', data: 'hello' });
  });

  it('keeps what it writes readable by the owner only, and overwrites nothing', async () => {
    const folder = temporaryFolder({ source: laravel });
    await runCli(['migrate', 'source', '--output', 'clarion.json'], { folder });
    expect((await stat(join(folder, 'clarion.json'))).mode & 0o777).toBe(0o600);
    const again = await runCli(['migrate', 'source', '--output', 'clarion.json'], { folder });
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('clarion.json is there already') });
    expect(await readFile(join(folder, 'source'), 'utf8')).toBe(laravel);
  });

  it('leaves secrets out when it is asked to, and names the variables that give them', async () => {
    const folder = temporaryFolder({ source: laravel });
    const { stdout } = await runCli(['migrate', 'source', '--without-secrets', '--output', 'clarion.json'], { folder });
    expect(stdout).toContain('CLARION_APP_SECRET');
    expect(await readFile(join(folder, 'clarion.json'), 'utf8')).not.toContain('s3cret');
    const environment = { CLARION_APP_SECRET: 'from elsewhere' };
    expect(await runCli(['config', 'check', '--config', 'clarion.json'], { folder, environment })).toMatchObject({ code: 0, stderr: '' });
    await writeFile(join(folder, 'source'), soketi);
    expect(await runCli(['migrate', 'source', '--without-secrets'], { folder })).toMatchObject({ code: 2, stdout: '' });
  });

  it.each([
    ['{"appManager":', 3, 'is not valid JSON'],
    ['<?php return [];', 3, 'is PHP'],
    ['APP_NAME=Shop', 3, 'has nothing of Soketi, Reverb'],
    ['REVERB_APP_ID=1\nREVERB_APP_KEY=k\nREVERB_SERVER_PORT=s3cret', 3, 'must be a whole number'],
  ])('answers %j with a sentence that repeats no value', async (text, code, sentence) => {
    const folder = temporaryFolder({ source: text });
    const result = await runCli(['migrate', 'source'], { folder });
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(sentence) });
    expect(result.stderr).not.toMatch(/s3cret|^\s+at /m);
  });

  it('names a file that is not there, and a server that it does not know', async () => {
    expect(await runCli(['migrate', '/nowhere/.env'])).toMatchObject({ code: 3, stderr: expect.stringContaining('/nowhere/.env cannot be read') });
    expect(await runCli(['migrate', '/nowhere/.env', '--from', 'centrifugo'])).toMatchObject({ code: 2, stderr: expect.stringContaining('soketi') });
  });
});
