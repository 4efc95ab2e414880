import { describe, expect, it } from 'vitest';
import { freePort } from '../src/testing/free-port.ts';
import { apps } from './support/apps.ts';
import { runCli } from './support/cli.ts';
import { ownServer } from './support/own-server.ts';

describe('clarion doctor', () => {
  it('says what is fine, line by line, and ends with 0', async () => {
    const { code, stdout } = await runCli(['doctor', '--host', '127.0.0.1', '--port', String(await freePort())]);
    expect(stdout).toMatch(/^(ok|warning) +file descriptors: at most \d+ files/m);
    expect(stdout).toMatch(/^ok +port: 127\.0\.0\.1 port \d+ is free$/m);
    expect(code).toBe(0);
  });

  it('says what to change when the public name cannot work, and ends with 1', async () => {
    const environment = { REVERB_HOST: '0.0.0.0', REVERB_SERVER_PORT: String(await freePort()) };
    const { code, stdout } = await runCli(['doctor'], { environment });
    expect(stdout).toMatch(/^fault +REVERB_HOST: .*REVERB_SERVER_HOST/m);
    expect(code).toBe(1);
  });

  it('takes a server that answers on the port for its own', async (context) => {
    const server = await ownServer(context, { apps: [apps.plain] });
    const { code, stdout } = await runCli(['doctor', '--host', server.host, '--port', String(server.port)]);
    expect(stdout).toMatch(/^ok +port: a server answers/m);
    expect(code).toBe(0);
  });

  it('repeats no secret', async () => {
    const environment = { CLARION_APP_ID: '1', CLARION_APP_KEY: 'k', CLARION_APP_SECRET: 'never-to-be-seen' };
    const { stdout, stderr } = await runCli(['doctor', '--port', String(await freePort())], { environment });
    expect(stdout + stderr).not.toContain('never-to-be-seen');
  });
});
