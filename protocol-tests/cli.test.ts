import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { runCli } from './support/cli.ts';

const commands = ['start', 'config check', 'config print', 'keygen', 'trigger', 'listen', 'version'];

const checkFile = async (settings: unknown, ...more: readonly string[]) => {
  const folder = temporaryFolder({ 'clarion.json': typeof settings === 'string' ? settings : JSON.stringify(settings) });
  return runCli(['config', 'check', '--config', 'clarion.json', ...more], { folder });
};

describe('clarion', () => {
  it('lists its commands when it is asked for help, and when it is asked nothing', async () => {
    const { code, stdout } = await runCli(['--help']);
    expect(code).toBe(0);
    for (const command of commands) expect(stdout).toContain(command);
    const nothing = await runCli([]);
    expect(nothing.stdout + nothing.stderr).toContain('config check');
  });

  it.each(commands)('explains %s', async (command) => {
    const { code, stdout, stderr } = await runCli([...command.split(' '), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`clarion ${command}`);
    expect(stdout).toContain('--help');
  });

  it('names the command and the option that were meant', async () => {
    const command = await runCli(['strat']);
    expect(command.code).toBe(2);
    expect(command.stderr).toContain('start');
    const option = await runCli(['start', '--prot', '6001']);
    expect(option.code).toBe(2);
    expect(option.stderr).toContain('--port');
  });

  it('tells its version', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    const { code, stdout } = await runCli(['version']);
    expect(code).toBe(0);
    expect(stdout).toContain(version);
  });
});

describe('clarion keygen', () => {
  it('makes credentials that no other run makes', async () => {
    const make = async (): Promise<Record<string, string>> => JSON.parse((await runCli(['keygen', '--format', 'json'])).stdout);
    const [one, other] = await Promise.all([make(), make()]);
    for (const part of ['id', 'key', 'secret']) {
      expect(one?.[part]).toMatch(/^\w+$/);
      expect(one?.[part]).not.toBe(other?.[part]);
    }
    expect(String(one?.secret).length).toBeGreaterThanOrEqual(32);
  });
});

describe('clarion config check', () => {
  it('accepts a file without faults', async () => {
    const { code, stdout, stderr } = await checkFile({ apps: [{ id: '1', key: 'k', secret: 's-e-c-r-e-t' }], server: { port: 7001 } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('7001');
    expect(stdout).not.toContain('s-e-c-r-e-t');
  });

  it('knows every option by the name that is promised', async () => {
    const webhook = {
      url: 'https://example.com/hook',
      events: ['channel_occupied'],
      filter: { channelNameStartsWith: 'a' },
      headers: { a: 'b' },
      batch: true,
    };
    const app = {
      id: '1',
      keys: [{ key: 'k', secret: 's', status: 'active' }],
      enabled: true,
      clientEvents: false,
      subscriptionCount: true,
      watchlist: true,
      userAuthentication: { required: true, timeoutSeconds: 10 },
      maxConnections: 100,
      allowedOrigins: ['example.com'],
      limits: { presenceMembers: 10 },
      webhooks: [webhook],
    };
    const { code, stderr } = await checkFile({
      server: { host: '127.0.0.1', port: 7001, path: '/ws' },
      apps: [app],
      webhooks: { allowPrivateTargets: true },
      workers: 1,
      limits: { httpBodyBytes: 100_000 },
      preset: 'pusher',
      delivery: { windowMilliseconds: 0 },
      log: { level: 'debug', pretty: false },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('tells of all faults at once, with the keys that were meant, and shows no secret', async () => {
    const { code, stderr, stdout } = await checkFile({
      server: { prot: 1, port: 70_000 },
      apps: [{ id: '1', key: 'k', secret: 7654321, clientEvent: true }],
      limit: {},
      drain: { windowSeconds: 'long' },
    });
    expect(code).toBe(3);
    const said = stdout + stderr;
    for (const text of ['server.prot', 'server.port', 'apps[0].secret', 'apps[0].clientEvent', 'clientEvents', 'limits', 'drain.windowSeconds']) {
      expect(said).toContain(text);
    }
    expect(said).not.toContain('7654321');
  });

  it.each(['', 'null', '[]', '7', '{', '{"apps":null}', '{"apps":{}}', '{"apps":[null]}', '{"server":[]}', '{"__proto__":{"port":1}}'])(
    'refuses a file with %j in one clear message',
    async (text) => {
      const { code, stderr } = await checkFile(text);
      expect(code).toBe(3);
      expect(stderr).toMatch(/\S/);
      expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
    },
  );

  it('names a file that is not there', async () => {
    const { code, stderr } = await runCli(['config', 'check', '--config', '/nowhere/clarion.json']);
    expect(code).toBe(3);
    expect(stderr).toContain('/nowhere/clarion.json');
  });

  it('refuses two apps of one id or one key', async () => {
    const app = { id: '1', key: 'k', secret: 's' };
    expect((await checkFile({ apps: [app, { ...app, key: 'other' }] })).code).toBe(3);
    expect((await checkFile({ apps: [app, { ...app, id: '2' }] })).code).toBe(3);
  });
});

describe('clarion config print', () => {
  const environment = { CLARION_SERVER_PORT: '7003', CLARION_SERVER_HOST: '127.0.0.1' };

  it('shows what is in force and where it comes from: defaults < file < environment < flags', async () => {
    const settings = { server: { port: 7002, host: '0.0.0.0' }, drain: { windowSeconds: 4 }, apps: [{ id: '1', key: 'k', secret: 'canary' }] };
    const folder = temporaryFolder({ 'clarion.json': JSON.stringify(settings) });
    const { code, stdout } = await runCli(['config', 'print', '--sources', '--config', 'clarion.json', '--port', '7004'], { folder, environment });
    expect(code).toBe(0);
    const line = (option: string): string => stdout.split('\n').find((text) => text.startsWith(`${option} `)) ?? '';
    expect(line('server.port')).toMatch(/7004.*--port/);
    expect(line('server.host')).toMatch(/127\.0\.0\.1.*CLARION_SERVER_HOST/);
    expect(line('drain.windowSeconds')).toMatch(/4.*clarion\.json/);
    expect(line('delivery.windowMilliseconds')).toMatch(/1.*default/);
    expect(stdout).not.toContain('canary');
  });

  it("reads Laravel's .env as it is", async () => {
    const env = [
      'APP_NAME="Web Shop"',
      '# what the browser sees',
      'REVERB_HOST="shop.example"',
      'REVERB_PORT=443',
      'REVERB_SCHEME=https',
      'REVERB_SERVER_HOST=127.0.0.1',
      'REVERB_SERVER_PORT=7005',
      'REVERB_APP_ID=4711',
      'REVERB_APP_KEY=shop-key',
      "REVERB_APP_SECRET='canary-laravel'",
      'PUSHER_APP_ID=4712',
      `VITE_REVERB_APP_KEY="\${REVERB_APP_KEY}"`,
      'REDIS_PASSWORD=null',
    ].join('\n');
    const folder = temporaryFolder({ '.env': env });
    const { code, stdout } = await runCli(['config', 'print', '--env-file', '.env'], { folder });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ server: { host: '127.0.0.1', port: 7005 }, apps: [{ id: '4711', key: 'shop-key' }] });
    expect(stdout).not.toContain('canary-laravel');
    const check = await runCli(['config', 'check', '--env-file', '.env'], { folder });
    expect(check.stdout + check.stderr).toMatch(/PUSHER_APP_ID/);
    expect(check.stdout + check.stderr).toMatch(/REVERB_PORT/);
  });

  it('listens where Reverb listens when it is configured by REVERB_*', async () => {
    const reverb = { REVERB_APP_ID: '1', REVERB_APP_KEY: 'k', REVERB_APP_SECRET: 's', REVERB_HOST: 'shop.example', REVERB_PORT: '443' };
    const { stdout } = await runCli(['config', 'print'], { environment: reverb });
    expect(JSON.parse(stdout)).toMatchObject({ server: { port: 8080, host: '0.0.0.0' }, preset: 'reverb' });
  });

  it('reads a secret from a file', async () => {
    const folder = temporaryFolder({ secret: 'canary-file\n' });
    const fromFile = { CLARION_APP_ID: '1', CLARION_APP_KEY: 'k', CLARION_APP_SECRET_FILE: 'secret' };
    const { code, stdout } = await runCli(['config', 'print', '--sources'], { folder, environment: fromFile });
    expect(code).toBe(0);
    expect(stdout).toContain('CLARION_APP_SECRET_FILE');
    expect(stdout).not.toContain('canary-file');
  });
});
