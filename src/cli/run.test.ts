import { describe, expect, it } from 'vitest';
import { temporaryFile } from '../testing/temporary-folder.ts';
import { createTestTerminal } from '../testing/test-terminal.ts';
import { readVersion } from '../version.ts';
import { commands } from './commands.ts';
import { run } from './run.ts';

/** Runs a command line to its end. */
async function clarion(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const terminal = createTestTerminal(environment);
  const code = await run(args, terminal);
  return { code, output: terminal.output(), complaints: terminal.complaints() };
}

function configFile(settings: object): string {
  return temporaryFile('clarion.json', JSON.stringify(settings));
}

describe('clarion', () => {
  it('lists its commands', async () => {
    const { code, output } = await clarion(['help']);
    expect(code).toBe(0);
    for (const { name, summary } of commands) expect(output).toMatch(new RegExp(`  ${name} +${summary}`));
    expect(output).toContain('Exit codes: 0 done, 1 failed, 2 wrong command line, 3 faulty configuration.');
    expect((await clarion(['--help'])).output).toBe(output);
  });

  it('says how it is used when nothing is asked of it', async () => {
    expect(await clarion([])).toMatchObject({ code: 2, output: '', complaints: expect.stringContaining('Usage: clarion COMMAND') });
  });

  it.each(commands.map(({ name }) => name))('explains %s', async (name) => {
    const asked = await clarion([...name.split(' '), '--help']);
    expect(asked).toMatchObject({ code: 0, complaints: '' });
    expect(asked.output).toContain(`Usage: clarion ${name}`);
    expect(await clarion(['help', ...name.split(' ')])).toEqual(asked);
  });

  it.each([
    [['strat'], 'Unknown command strat. Did you mean start?'],
    [['config'], 'Unknown command config. There are: config check, config print.'],
    [['config', 'prnt'], 'Unknown command config prnt. Did you mean config print?'],
    [['help', 'me'], 'Unknown command me.'],
  ])('does not know %j', async (args, message) => {
    expect(await clarion(args)).toMatchObject({ code: 2, output: '', complaints: expect.stringContaining(message) });
  });

  it.each([['version'], ['--version'], ['-v']])('tells its version when asked for %s', async (word) => {
    const { code, output } = await clarion([word]);
    expect(code).toBe(0);
    expect(output).toContain(`clarion ${readVersion()} `);
  });
});

describe('clarion keygen', () => {
  it.each([
    ['env', /^CLARION_APP_ID=\d+\nCLARION_APP_KEY=[0-9a-f]{20}\nCLARION_APP_SECRET=[0-9a-f]{64}\n$/],
    ['laravel', /^REVERB_APP_ID=\d+\nREVERB_APP_KEY=\w+\nREVERB_APP_SECRET=\w+\n$/],
    ['json', /^\{\n {2}"id": "\d+",\n {2}"key": "\w+",\n {2}"secret": "\w+"\n\}\n$/],
  ])('prints credentials as %s', async (format, shape) => {
    const { code, output } = await clarion(['keygen', '--format', format]);
    expect(code).toBe(0);
    expect(output).toMatch(shape);
  });

  it('makes credentials that a configuration accepts', async () => {
    const credentials = JSON.parse((await clarion(['keygen', '--format', 'json'])).output);
    expect((await clarion(['config', 'check', '--config', configFile({ apps: [credentials] })], { NODE_ENV: 'production' })).code).toBe(0);
  });

  it('does not know other formats', async () => {
    expect(await clarion(['keygen', '--format', 'xml'])).toMatchObject({ code: 2, complaints: expect.stringContaining('env, laravel, json') });
  });
});

describe('clarion config check', () => {
  it('says that all is well, and what would be odd', async () => {
    const { code, output } = await clarion(['config', 'check'], {
      REVERB_APP_ID: '1',
      REVERB_APP_KEY: 'k',
      REVERB_APP_SECRET: 's',
      SOKETI_SSL_PASS: '1',
    });
    expect(code).toBe(0);
    expect(output).toContain('warning: SOKETI_SSL_PASS has no counterpart and is ignored');
    expect(output).toContain('The configuration is valid: 1 app, port 8080, preset reverb.');
  });

  it('tells all faults, and ends with 3', async () => {
    const file = configFile({ server: { prot: 1 }, apps: [{ id: '1', key: 'k' }] });
    const { code, output, complaints } = await clarion(['config', 'check', '--config', file, '--port', 'x']);
    expect({ code, output }).toEqual({ code: 3, output: '' });
    expect(complaints).toContain(`server.prot: is not an option. Did you mean server.port? (file ${file})`);
    expect(complaints).toContain('apps[0].secret: is missing');
    expect(complaints).toContain('--port: must be a whole number');
  });
});

describe('clarion config print', () => {
  const settings = {
    server: { port: 7001 },
    apps: [{ id: '1', key: 'k', secret: 'canary-secret', webhooks: [{ url: 'https://u:canary@a.test', headers: { Authorization: 'canary' } }] }],
    redis: { url: 'redis://:canary@redis.test', password: 'canary' },
  };

  it('prints what is in force as a file would say it, without secrets', async () => {
    const { code, output } = await clarion(['config', 'print', '--config', configFile(settings)]);
    expect(code).toBe(0);
    expect(output).not.toContain('canary');
    expect(JSON.parse(output)).toMatchObject({
      server: { host: '0.0.0.0', port: 7001 },
      apps: [{ id: '1', key: 'k', secret: '[redacted]', maxConnections: null }],
      limits: { eventDataBytes: 10_240 },
      log: { level: 'info', pretty: false },
    });
  });

  it('prints where each value comes from', async () => {
    const args = ['config', 'print', '--sources', '--config', configFile(settings), '--host', '127.0.0.1'];
    const { output } = await clarion(args, { CLARION_DRAIN_WINDOW_SECONDS: '3' });
    expect(output).not.toContain('canary');
    const line = (option: string) => output.split('\n').find((text) => text.startsWith(`${option} `));
    expect(line('server.host')).toMatch(/"127\.0\.0\.1" +--host$/);
    expect(line('server.port')).toMatch(/7001 +file .*clarion\.json$/);
    expect(line('drain.windowSeconds')).toMatch(/3 +environment CLARION_DRAIN_WINDOW_SECONDS$/);
    expect(line('log.level')).toMatch(/"info" +default$/);
    expect(line('apps[0].key')).toMatch(/"k" +file .*clarion\.json$/);
  });
});

describe('clarion trigger and listen', () => {
  it.each([
    [['trigger', 'c', 'e', '--key', 'k'], '--key and --secret go together.'],
    [['trigger', 'c', 'e', '--url', 'ftp://x'], '--url must be an http: or https: URL'],
    [['trigger', 'c', 'e', '--app', 'other'], 'The configuration has no app other'],
    [['listen', 'c', '--port', '1'], 'Unknown option --port.'],
    [['listen', 'c', '--count', '0'], '--count must be a whole number of at least 1.'],
  ])('%j is refused', async (args, message) => {
    expect(await clarion(args)).toMatchObject({ code: 2, complaints: expect.stringContaining(message) });
  });

  it('need to be told where the server is when its port is open', async () => {
    expect((await clarion(['trigger', 'c', 'e'], { CLARION_SERVER_PORT: '0' })).complaints).toContain('--url');
  });
});
