import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  chartApp,
  chartDigest,
  chartFile,
  chartFolder,
  findHelm,
  type Installation,
  installations,
  type Manifest,
  parseManifests,
  redisPassword,
  template,
} from './support/chart.ts';
import { kinds, mistakesIn } from './support/manifests.ts';

// Helm is in no Linux distribution's main archive. Where it is (HELM_BIN or the PATH) the chart is rendered anew and compared with `rendered/`, mistakes in
// values are tried, and `--update` writes the files. Where it is not, `rendered/` is read, and a chart that has changed since is a failure. Unverified remain
// the schemas of a real API server and of the operators (Gateway API, KEDA, Prometheus), and what controllers do with the objects.

const helm = findHelm();
const withoutHelm = helm === undefined;

const rendered = (name: string): string => new URL(`rendered/${name}.yaml`, import.meta.url).pathname;
const texts = new Map(
  installations.map((way) => [way.name, helm === undefined ? readFileSync(rendered(way.name), 'utf8') : template(helm, way).stdout]),
);
const manifestsOf = (name: string): readonly Manifest[] => parseManifests(texts.get(name) ?? '');
const one = (name: string, kind: string): Manifest => manifestsOf(name).find((manifest) => manifest.kind === kind);

describe('what Helm makes of the chart', () => {
  it.skipIf(withoutHelm).each(installations)('is the rendered file: $name', async (installation) => {
    const { isDone, stdout, stderr } = template(helm ?? '', installation);
    expect(stderr).toBe('');
    expect(isDone).toBe(true);
    await expect(stdout).toMatchFileSnapshot(rendered(installation.name));
  });

  it('has not changed since: otherwise this needs Helm, and --update', async () => {
    if (withoutHelm) expect(chartDigest()).toBe(readFileSync(new URL('rendered/digest', import.meta.url), 'utf8'));
    else await expect(chartDigest()).toMatchFileSnapshot('rendered/digest');
  });
});

describe.each(installations)('the manifests of $name', ({ name }) => {
  const config = () => JSON.parse(one(name, 'ConfigMap').data['clarion.json']);

  it('are of known kinds, with known fields, and fit together', () => {
    expect(mistakesIn(manifestsOf(name))).toEqual([]);
  });

  it('give a pod the time to drain', () => {
    const pod = one(name, 'Deployment').spec.template.spec;
    const { preStop } = pod.containers[0].lifecycle;
    const preStopSeconds = preStop.sleep?.seconds ?? Number(preStop.exec.command[1]);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(preStopSeconds + config().drain.windowSeconds + 15);
  });

  it('keep secrets in Secrets', () => {
    const text = JSON.stringify(manifestsOf(name).filter(({ kind }) => kind !== 'Secret'));
    for (const secret of [chartApp.secret, redisPassword]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString('base64'));
    }
  });

  it('leave the number of pods to whoever scales them', () => {
    const isScaled = manifestsOf(name).some(({ kind }) => kind === 'HorizontalPodAutoscaler' || kind === 'ScaledObject');
    expect('replicas' in one(name, 'Deployment').spec).toBe(!isScaled);
  });

  it('replace pods one after the other only where they meet in Redis', () => {
    expect(one(name, 'Deployment').spec.strategy.type).toBe('redis' in config() ? 'RollingUpdate' : 'Recreate');
  });
});

describe('options', () => {
  it('scale down no sooner than after 1800 s', () => {
    expect(one('medium', 'HorizontalPodAutoscaler').spec.behavior.scaleDown.stabilizationWindowSeconds).toBe(1800);
    const { advanced } = one('everything', 'ScaledObject').spec;
    expect(advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.stabilizationWindowSeconds).toBe(1800);
  });

  it('make Ingress and HTTPRoute lead to every path of the server, with timeouts above the heartbeat', () => {
    const { metadata, spec } = one('medium', 'Ingress');
    const paths = ['/app', '/apps', '/auth', '/t'];
    expect(spec.rules[0].http.paths.map((route: Manifest) => route.path)).toEqual(paths);
    expect(Number(metadata.annotations['nginx.ingress.kubernetes.io/proxy-read-timeout'])).toBeGreaterThan(150);
    const [rule] = one('large', 'HTTPRoute').spec.rules;
    expect(rule.matches.map((match: Manifest) => match.path.value)).toEqual(paths);
    expect(rule.timeouts).toEqual({ request: '0s' });
  });

  it('bring the alerts of config/prometheus along: copy them after each change', () => {
    expect(chartFile('files/alerts.yml')).toBe(readFileSync('config/prometheus/alerts.yml', 'utf8'));
  });

  it.skipIf(withoutHelm)('leave the alerts as they are', () => {
    const { groups } = parse(chartFile('files/alerts.yml'));
    const values = { apps: [chartApp], prometheusRule: { enabled: true } };
    const rule = parseManifests(template(helm ?? '', { values }, chartFile('files/alerts.yml')).stdout).find(({ kind }) => kind === 'PrometheusRule');
    expect(rule.spec.groups).toEqual(groups);
  });

  it('take a Secret that is there already, and then make none', () => {
    expect(one('medium', 'Secret')).toBeUndefined();
    const { volumes } = one('medium', 'Deployment').spec.template.spec;
    const names = volumes.find((volume: Manifest) => volume.name === 'secret').projected.sources.map((source: Manifest) => source.secret.name);
    expect(names).toEqual(['our-apps', 'our-redis']);
  });

  it('name every kind at least once', () => {
    const made = new Set(installations.flatMap(({ name }) => manifestsOf(name).map(({ kind }) => kind)));
    expect([...made].toSorted()).toEqual([...kinds.keys()].toSorted());
  });
});

describe('values', () => {
  const schema = JSON.parse(chartFile('values.schema.json'));
  const validate = new Ajv({ strict: true, allowUnionTypes: true, strictTypes: false }).compile(schema);

  it.each(['values.yaml', 'values-small.yaml', 'values-medium.yaml', 'values-large.yaml'])('%s is what the schema says', (file) => {
    validate(parse(chartFile(file)));
    expect(validate.errors).toBeNull();
  });

  it('are all in the schema and in the README', () => {
    const names = Object.keys(parse(chartFile('values.yaml')));
    expect(names.filter((name) => !(name in schema.properties))).toEqual([]);
    expect(Object.keys(schema.properties).filter((name) => name !== 'global' && !names.includes(name))).toEqual([]);
    const readme = chartFile('README.md');
    expect(names.filter((name) => !readme.includes(`\`${name}`))).toEqual([]);
  });

  it.each<[string, object]>([
    ['a name that does not exist', { replicas: 2 }],
    ['a password in the URL of Redis', { redis: { url: 'redis://:password@redis:6379' } }],
    ['a port that a user without rights cannot have', { config: { server: { port: 80 } } }],
    ['a type of Service that does not exist', { service: { type: 'Ingress' } }],
    ['a path without a slash', { paths: ['app'] }],
    ['a time without a unit', { serviceMonitor: { scrapeInterval: 15 } }],
    ['an address without a port', { redis: { cluster: { nodes: ['redis'] } } }],
    ['less than no pod', { replicaCount: -1 }],
  ])('are refused: %s', (_mistake, values) => {
    expect(validate(values)).toBe(false);
    if (helm === undefined) return;
    const { isDone, stderr } = template(helm, { values: { apps: [chartApp], ...values } });
    expect(isDone).toBe(false);
    expect(stderr).toContain('schema');
  });

  const app = { apps: [chartApp] };
  it.skipIf(withoutHelm).each<[string, Installation['values'], string]>([
    ['no app', {}, 'set apps, or existingSecret'],
    ['apps twice', { ...app, existingSecret: 'a' }, 'only one of apps and existingSecret'],
    ['apps in a ConfigMap', { ...app, config: { apps: [] } }, 'config.apps would lie open'],
    ['several pods without Redis', { ...app, replicaCount: 2 }, 'more than one pod needs Redis'],
    ['several pods by scaling, without Redis', { ...app, autoscaling: { enabled: true } }, 'more than one pod needs Redis'],
    ['two Redis', { ...app, redis: { url: 'redis://a', bundled: { enabled: true } } }, 'only one of redis.url'],
    ['a bundled Redis without a password', { ...app, redis: { bundled: { enabled: true } } }, 'redis.bundled needs redis.password'],
    ['too little time to drain', { ...app, terminationGracePeriodSeconds: 44 }, 'must be at least preStopSeconds'],
    ['less to scale to than from', { ...app, autoscaling: { minReplicas: 3, maxReplicas: 2 } }, 'is larger than'],
    ['a route without a gateway', { ...app, httpRoute: { enabled: true } }, 'httpRoute needs parentRefs'],
    ['two who scale', { ...app, autoscaling: { enabled: true }, keda: { enabled: true } }, 'only one of autoscaling and keda'],
  ])('that make no sense together are refused in a sentence: %s', (_mistake, values, part) => {
    const { isDone, stderr } = template(helm ?? '', { values });
    expect(isDone).toBe(false);
    expect(stderr).toContain(part);
  });
});

it('has the version of the package, and of its image', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(parse(chartFile('Chart.yaml'))).toMatchObject({ version, appVersion: version });
  expect(readFileSync(`${chartFolder}/templates/_helpers.tpl`, 'utf8')).toContain('default .Chart.AppVersion .Values.app.image.tag');
});
