import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../src/testing/free-port.ts';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { chartApp, installations, type Manifest, parseManifests, redisPassword } from './support/chart.ts';
import { runCli, startCli } from './support/cli.ts';
import { Client } from './support/client.ts';
import { needsOwnServer, targetAt } from './support/target.ts';

beforeEach(needsOwnServer('a configuration of its own'));

const manifestsOf = (name: string): readonly Manifest[] => parseManifests(readFileSync(new URL(`rendered/${name}.yaml`, import.meta.url), 'utf8'));
const one = (manifests: readonly Manifest[], kind: string): Manifest => manifests.find((manifest) => manifest.kind === kind);

/** Lays out the files that a container would have, and returns its variables with the places where they are here. */
function mount(name: string): Readonly<Record<string, string>> {
  const manifests = manifestsOf(name);
  const folder = temporaryFolder();
  const decode = (text: string | undefined): string | undefined => (text === undefined ? undefined : Buffer.from(text, 'base64').toString());
  const { data = {} } = one(manifests, 'Secret') ?? {};
  const files = {
    '/etc/clarion/clarion.json': one(manifests, 'ConfigMap').data['clarion.json'],
    // Where a Secret is there already, what it would hold.
    '/etc/clarion/secret/apps.json': decode(data['apps.json']) ?? JSON.stringify([chartApp]),
    '/etc/clarion/secret/redis-password': decode(data['redis-password']) ?? redisPassword,
  };
  const places = new Map(Object.entries(files).map(([path, text]) => [path, write(join(folder, path.replaceAll('/', '_')), text)]));
  const [server] = one(manifests, 'Deployment').spec.template.spec.containers;
  return Object.fromEntries(server.env.map((variable: Manifest) => [variable.name, places.get(variable.value) ?? variable.value]));
}

function write(file: string, text: string): string {
  writeFileSync(file, text);
  return file;
}

describe('what the Helm chart gives to the server', () => {
  it.each(installations)('is accepted without a warning: $name', async ({ name }) => {
    const environment = { NODE_ENV: 'production', ...mount(name) };
    expect(await runCli(['config', 'check'], { environment })).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await runCli(['config', 'print'], { environment });
    const config = JSON.parse(stdout);
    expect(config.apps.map(({ id }: { readonly id: string }) => id)).toEqual([chartApp.id]);
    if (config.redis !== undefined) expect(config.redis).toHaveProperty('password');
  });

  it('makes a server that `helm test` finds ready, and whose clients receive its event', async () => {
    const port = await freePort();
    const environment = {
      ...mount('default'),
      ...{ CLARION_SERVER_HOST: '127.0.0.1', CLARION_SERVER_PORT: String(port), CLARION_METRICS_HOST: '127.0.0.1', CLARION_METRICS_PORT: '0' },
    };
    const server = startCli(['start'], { environment });
    await expect.poll(() => server.stdout(), { timeout: 20_000 }).toContain('"listening"');
    const client = await Client.connect(targetAt(`http://127.0.0.1:${port}`, chartApp));
    await client.subscribe('helm-test');
    const manifests = manifestsOf('default');
    const { name } = manifests.find(({ kind, metadata }) => kind === 'Service' && !metadata.name.endsWith('-metrics')).metadata;
    for (const container of one(manifests, 'Pod').spec.containers) {
      // The name and port of the Service lead to the pod.
      const args = container.args.map((word: string) => word.replace(name, '127.0.0.1').replace('6001', String(port)));
      expect(await runCli(args, { environment })).toMatchObject({ code: 0, stderr: '' });
    }
    expect(await client.next('hello')).toMatchObject({ channel: 'helm-test', data: '"from helm test"' });
    process.kill(server.pid, 'SIGTERM');
    client.drop();
    expect(await server.ended).toMatchObject({ code: 0 });
  });
});
