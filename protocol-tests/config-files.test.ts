import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCli } from './support/cli.ts';

// What has no program here to run it - Docker Compose, Traefik, pm2, Supervisor, systemd itself - is read, and held to what the server needs of it.

const text = (path: string): string => readFileSync(`config/${path}`, 'utf8');
/** The longest heartbeat of any preset: 120 s and 30 s. */
const heartbeatSeconds = 150;
/** Drain by default, then webhooks, then Redis. */
const stopSeconds = 35;
const seconds = (found: string | undefined): number => Number(found?.replace(/s$/, '') ?? Number.NaN);

describe('service managers give the server the time to drain, and do not repeat what cannot succeed', () => {
  it('systemd', () => {
    const lines = [...text('systemd/clarion.service').matchAll(/^(\w+)=(.*)$/gm)];
    const unit = new Map(lines.map(([, name = '', value = '']) => [name, value]));
    expect(seconds(unit.get('TimeoutStopSec'))).toBeGreaterThan(stopSeconds);
    expect(Object.fromEntries(unit)).toMatchObject({ KillMode: 'mixed', Restart: 'always', RestartPreventExitStatus: '2 3', DynamicUser: 'yes' });
    expect(Number(unit.get('LimitNOFILE'))).toBeGreaterThan(100_000);
  });

  it('systemd finds nothing wrong with its unit, and little exposed', ({ skip }) => {
    const { error, stderr } = spawnSync('systemd-analyze', ['verify', 'config/systemd/clarion.service'], { encoding: 'utf8' });
    skip(error !== undefined, 'there is no systemd-analyze');
    expect(stderr).toBe('');
    const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', 'config/systemd/clarion.service'], { encoding: 'utf8' });
    expect(Number(/exposure level for clarion\.service: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThan(2);
  });

  it('Supervisor', () => {
    const file = text('supervisor/clarion.conf');
    expect(Number(/^stopwaitsecs=(\d+)$/m.exec(file)?.[1])).toBeGreaterThan(stopSeconds);
    for (const line of ['stopsignal=TERM', 'stopasgroup=false', 'killasgroup=true', 'autorestart=unexpected', 'exitcodes=0,2,3']) {
      expect(file.split('\n')).toContain(line);
    }
  });

  it('pm2', () => {
    const { apps } = createRequire(import.meta.url)('../config/pm2/ecosystem.config.cjs');
    expect(apps[0].kill_timeout).toBeGreaterThan(stopSeconds * 1000);
    expect(apps[0]).toMatchObject({ exec_mode: 'fork', instances: 1, treekill: false, stop_exit_codes: [2, 3] });
  });
});

describe('proxies do not cut sockets that are idle between two heartbeats, nor speak HTTP/1.0', () => {
  it.each(['nginx/clarion.conf', 'docker/nginx.conf'])('%s', (file) => {
    const conf = text(file);
    for (const name of ['proxy_read_timeout', 'proxy_send_timeout']) {
      expect(seconds(new RegExp(`${name} (\\w+);`).exec(conf)?.[1])).toBeGreaterThan(heartbeatSeconds);
    }
    expect(conf).toContain('proxy_http_version 1.1;');
    expect(conf).toContain('least_conn;');
  });

  it('haproxy/haproxy.cfg', () => {
    const conf = text('haproxy/haproxy.cfg');
    expect(seconds(/timeout tunnel (\w+)/.exec(conf)?.[1])).toBeGreaterThan(heartbeatSeconds);
    expect(conf).toContain('ver HTTP/1.1');
    expect(conf).toContain('balance leastconn');
  });

  it('traefik', () => {
    const { http } = parse(text('traefik/clarion.yaml'));
    const [router] = Object.values<{ rule: string; service: string; entryPoints: string[] }>(http.routers);
    const { loadBalancer } = http.services[router?.service ?? ''];
    expect(router?.rule.match(/PathPrefix\(`[^`]+`\)/g)).toEqual(['/app/', '/apps/', '/auth/', '/t/'].map((path) => `PathPrefix(\`${path}\`)`));
    expect(loadBalancer).toMatchObject({ strategy: 'p2c', healthCheck: { path: '/ready' } });
    expect(http.serversTransports).toHaveProperty(loadBalancer.serversTransport);
    const { entryPoints } = parse(text('traefik/traefik.yaml'));
    for (const name of router?.entryPoints ?? []) {
      expect(seconds(entryPoints[name].transport.respondingTimeouts.idleTimeout)).toBeGreaterThan(heartbeatSeconds);
    }
  });

  it('caddy', () => {
    const file = text('caddy/Caddyfile');
    for (const line of ['lb_policy least_conn', 'health_uri /ready', 'versions 1.1', '@clarion path /app/* /apps/* /auth/* /t/* /up']) {
      expect(file).toContain(line);
    }
  });
});

describe('compose.yaml', () => {
  const compose = parse(text('docker/compose.yaml'), { merge: true });
  const { 'clarion-1': first, 'clarion-2': second, nginx } = compose.services;

  it('runs two servers alike, with the rights of nobody and the time to drain', () => {
    expect(second).toEqual(first);
    expect(seconds(first.stop_grace_period)).toBeGreaterThan(stopSeconds);
    expect(first).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(first.build.context).toBe('../..');
  });

  it('gives them settings that the server accepts', async () => {
    const environment = Object.fromEntries(
      Object.entries<string>(first.environment).map(([name, value]) => [name, value.replace(/\$\{(\w+):\?[^}]*\}/, 'value-of-$1')]),
    );
    expect(await runCli(['config', 'check'], { environment })).toMatchObject({ code: 0, stderr: '' });
  });

  it('opens nothing to the world but nginx', () => {
    const ports = Object.entries<{ ports?: string[] }>(compose.services).flatMap(([name, { ports: list = [] }]) =>
      list.map((port) => `${name} ${port}`),
    );
    expect(ports.filter((port) => !port.includes('127.0.0.1:'))).toEqual([`nginx ${nginx.ports[0]}`]);
  });

  it('mounts files that are there, and asks for every secret', () => {
    const mounts = Object.values<{ volumes?: string[] }>(compose.services).flatMap(({ volumes = [] }) =>
      volumes.map((volume) => volume.split(':')[0] ?? ''),
    );
    for (const path of mounts.filter((source) => source.startsWith('.'))) {
      expect(spawnSync('test', ['-e', `config/docker/${path}`]).status, path).toBe(0);
    }
    for (const name of mounts.filter((source) => /^\w/.test(source))) expect(compose.volumes).toHaveProperty(name);
    const asked = new Set([...text('docker/compose.yaml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name));
    expect([...asked].toSorted()).toEqual([...text('docker/.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name).toSorted());
  });

  it('has the locations, timeouts and headers of config/nginx, for its own addresses', () => {
    const between = (file: string): string => /\n {2}client_max_body_size[\s\S]*?\n}\n/.exec(text(file))?.[0] ?? file;
    expect(between('docker/nginx.conf')).toBe(between('nginx/clarion.conf'));
  });

  it('reads logs and metrics like a machine without containers', () => {
    const [own, usual] = [parse(text('docker/prometheus.yml')), parse(text('prometheus/prometheus.yml'))];
    const jobs = ({ scrape_configs: list }: typeof own): string[] => list.map(({ job_name: name }: { readonly job_name: string }) => name);
    expect(jobs(own)).toEqual(jobs(usual));
    expect(own.rule_files).toEqual(usual.rule_files);
    const sources = ({ datasources }: typeof own): unknown[] => datasources.map(({ url: _url, ...source }: { readonly url: string }) => source);
    expect(sources(parse(text('docker/datasources.yml')))).toEqual(sources(parse(text('grafana/provisioning/datasources/clarion.yml'))));
    const alloy = text('alloy/config.alloy');
    const docker = alloy.slice(alloy.indexOf('discovery.docker "containers"')).replace('127.0.0.1:3100', 'loki:3100');
    expect(text('docker/config.alloy').endsWith(docker)).toBe(true);
  });
});

describe('Laravel Sail', () => {
  it("starts the server with the application's own variables", async () => {
    const { environment, networks, ports } = parse(text('laravel-sail/compose.clarion.yaml')).services.clarion;
    const values: Record<string, string> = { REVERB_APP_ID: '1001', REVERB_APP_KEY: 'app-key', REVERB_APP_SECRET: 'app-secret' };
    const filled = Object.entries<unknown>(environment).map(([name, value]) => [
      name,
      String(value).replace(/\$\{(\w+)(?::-(\w+))?\}/, (_all, variable: string, otherwise = '') => values[variable] ?? otherwise),
    ]);
    const { code, stdout } = await runCli(['config', 'print'], { environment: Object.fromEntries(filled) });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ apps: [{ id: '1001', key: 'app-key' }], log: { level: 'debug' } });
    expect(networks).toEqual(['sail']);
    expect(ports[0].split(':').at(-1)).toBe(String(JSON.parse(stdout).server.port));
  });
});

it('config/sysctl only sets names that this kernel knows, where there is one', ({ skip }) => {
  skip(process.platform !== 'linux', 'there is no sysctl');
  const names = [...text('sysctl/60-clarion.conf').matchAll(/^([a-z0-9_.]+) = \S/gm)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(5);
  const unseen = 'net.core.netdev_max_backlog'; // in containers
  for (const name of names.filter((known) => known !== unseen))
    expect(spawnSync('test', ['-e', `/proc/sys/${name.replaceAll('.', '/')}`]).status, name).toBe(0);
});
