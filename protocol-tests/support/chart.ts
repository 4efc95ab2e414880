import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';

export const chartFolder = 'helm/clarion';

/** One way to install the chart. */
export interface Installation {
  readonly name: string;
  /** Names of files beside values.yaml. */
  readonly presets?: readonly string[];
  readonly values: object;
  readonly kubeVersion?: string;
}

/** The app of all installations. Its secret must be nowhere but in a Secret. */
export const chartApp = { id: '1001', key: 'plain-key', secret: 'secret-of-the-app' };
export const redisPassword = 'password-of-redis';

/** The presets, and every option once. `protocol-tests/rendered/` holds what Helm makes of each. */
export const installations: readonly Installation[] = [
  { name: 'default', values: { apps: [chartApp] } },
  { name: 'small', presets: ['values-small.yaml'], values: { apps: [chartApp], redis: { password: redisPassword } } },
  {
    name: 'medium',
    presets: ['values-medium.yaml'],
    values: {
      existingSecret: 'our-apps',
      redis: { url: 'rediss://redis.example.com:6380', username: 'clarion', existingSecret: 'our-redis' },
      ingress: { enabled: true, className: 'nginx', tls: [{ secretName: 'ws-tls', hosts: ['ws.example.com'] }] },
      config: { server: { trustedProxies: ['10.0.0.0/8'] } },
    },
  },
  {
    name: 'large',
    presets: ['values-large.yaml'],
    values: {
      apps: [chartApp],
      redis: { cluster: { nodes: ['redis-0:6379', 'redis-1:6379'] }, password: redisPassword },
      httpRoute: { enabled: true, parentRefs: [{ name: 'public', namespace: 'gateways' }] },
    },
  },
  {
    name: 'everything',
    kubeVersion: '1.29.0', // has no sleep of its own
    values: {
      nameOverride: 'realtime',
      imagePullSecrets: [{ name: 'registry' }],
      app: {
        image: { repository: 'registry.example.com/clarion', tag: '0.1.0' },
        extraEnv: [{ name: 'CLARION_LOG_LEVEL', value: 'debug' }],
        extraEnvFrom: [{ configMapRef: { name: 'more' } }],
        extraVolumeMounts: [{ name: 'dead-letters', mountPath: '/var/lib/clarion' }],
      },
      config: {
        server: { port: 8080, path: '/realtime' },
        metrics: { port: 9700 },
        webhooks: { deadLetterFile: '/var/lib/clarion/dead-letters.jsonl' },
      },
      apps: [chartApp],
      redis: {
        sentinel: { name: 'main', nodes: ['sentinel-0:26379'], username: 'clarion' },
        tls: { caFile: '/etc/redis-ca.pem' },
        username: 'clarion',
        password: redisPassword,
      },
      serviceAccount: { annotations: { 'example.com/role': 'none' } },
      podAnnotations: { 'example.com/team': 'realtime' },
      podLabels: { team: 'realtime' },
      service: {
        type: 'LoadBalancer',
        port: 443,
        externalTrafficPolicy: 'Local',
        loadBalancerSourceRanges: ['203.0.113.0/24'],
        annotations: { a: 'b' },
      },
      ingress: { enabled: true, className: 'traefik', annotations: { a: 'b' }, hosts: [{ host: 'a.example.com', paths: ['/realtime'] }] },
      keda: {
        enabled: true,
        triggers: [{ type: 'prometheus', metadata: { serverAddress: 'http://p:9090', query: 'sum(clarion_connections)', threshold: '1' } }],
      },
      pdb: { enabled: true, maxUnavailable: '25%' },
      networkPolicy: {
        enabled: true,
        ingressFrom: [{ namespaceSelector: {} }],
        metricsFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        extraEgress: [{ to: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }],
        redisPorts: [6379, 26379],
      },
      serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
      prometheusRule: {
        enabled: true,
        labels: { release: 'prometheus' },
        extraGroups: [{ name: 'ours', rules: [{ alert: 'Ours', expr: 'vector(1)' }] }],
      },
      priorityClassName: 'high',
      preStopSeconds: 5,
      terminationGracePeriodSeconds: 300,
      nodeSelector: { pool: 'realtime' },
      tolerations: [{ key: 'realtime', operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      extraVolumes: [{ name: 'dead-letters', emptyDir: {} }],
      extraContainers: [
        {
          name: 'shipper',
          image: 'shipper:1',
          securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  },
];

/** A file of the chart. */
export function chartFile(name: string): string {
  return readFileSync(join(chartFolder, name), 'utf8');
}

/** Files that change nothing in `rendered/`: alerts are those of `config/prometheus/` and change with them. */
const alertsFile = 'files/alerts.yml';
const unrendered: ReadonlySet<string> = new Set(['README.md', alertsFile]);

/** Changes with every file of the chart: whether what was rendered is what would be rendered. */
export function chartDigest(): string {
  const files = readdirSync(chartFolder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => relative(chartFolder, join(entry.parentPath, entry.name))).filter((path) => !unrendered.has(path));
  const hash = createHash('sha256');
  for (const path of paths.toSorted()) hash.update(`${path}\0${chartFile(path)}\0`);
  return `${hash.digest('hex')}\n`;
}

/** Helm: HELM_BIN, or the one in the PATH; `undefined` where there is none. */
export function findHelm(): string | undefined {
  const program = process.env.HELM_BIN ?? 'helm';
  return spawnSync(program, ['version']).status === 0 ? program : undefined;
}

export interface HelmResult {
  readonly isDone: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `helm template`, as if for a cluster. `alerts` is what stands for the file with the alerts. */
export function template(helm: string, { presets = [], values, kubeVersion = '1.31.0' }: Omit<Installation, 'name'>, alerts = oneAlert): HelmResult {
  const folder = mkdtempSync(join(tmpdir(), 'clarion-chart-'));
  try {
    cpSync(chartFolder, folder, { recursive: true });
    writeFileSync(join(folder, alertsFile), alerts);
    const files = presets.flatMap((preset) => ['--values', join(folder, preset)]);
    const args = ['template', 'shop', folder, '--namespace', 'realtime', '--kube-version', kubeVersion, ...files, '--values', '-'];
    const { status, stdout, stderr } = spawnSync(helm, args, { input: JSON.stringify(values), encoding: 'utf8' });
    return { isDone: status === 0, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const oneAlert = 'groups: [{ name: clarion, rules: [{ alert: ClarionDown, expr: up == 0 }] }]';

/** An object of Kubernetes; which fields it has depends on its kind. */
// biome-ignore lint/suspicious/noExplicitAny: manifests of a dozen kinds, read by tests that name their fields
export type Manifest = any;

export function parseManifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text)
    .map((document) => {
      if (document.errors[0] !== undefined) throw document.errors[0];
      return document.toJS();
    })
    .filter((manifest) => manifest !== null);
}
