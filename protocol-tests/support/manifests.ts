import type { Manifest } from './chart.ts';

/** The kinds that the chart makes: their version, and the fields of their spec that we know. A misspelt field would be dropped or refused by a cluster. */
export const kinds: ReadonlyMap<string, { readonly apiVersion: string; readonly spec: readonly string[] }> = new Map([
  ['ConfigMap', { apiVersion: 'v1', spec: [] }],
  ['Deployment', { apiVersion: 'apps/v1', spec: ['replicas', 'strategy', 'selector', 'template'] }],
  ['HTTPRoute', { apiVersion: 'gateway.networking.k8s.io/v1', spec: ['parentRefs', 'hostnames', 'rules'] }],
  ['HorizontalPodAutoscaler', { apiVersion: 'autoscaling/v2', spec: ['scaleTargetRef', 'minReplicas', 'maxReplicas', 'metrics', 'behavior'] }],
  ['Ingress', { apiVersion: 'networking.k8s.io/v1', spec: ['ingressClassName', 'tls', 'rules'] }],
  ['NetworkPolicy', { apiVersion: 'networking.k8s.io/v1', spec: ['podSelector', 'policyTypes', 'ingress', 'egress'] }],
  ['Pod', { apiVersion: 'v1', spec: [] }],
  ['PodDisruptionBudget', { apiVersion: 'policy/v1', spec: ['minAvailable', 'maxUnavailable', 'unhealthyPodEvictionPolicy', 'selector'] }],
  ['PrometheusRule', { apiVersion: 'monitoring.coreos.com/v1', spec: ['groups'] }],
  [
    'ScaledObject',
    { apiVersion: 'keda.sh/v1alpha1', spec: ['scaleTargetRef', 'pollingInterval', 'minReplicaCount', 'maxReplicaCount', 'advanced', 'triggers'] },
  ],
  ['Secret', { apiVersion: 'v1', spec: [] }],
  [
    'Service',
    {
      apiVersion: 'v1',
      spec: ['type', 'clusterIP', 'publishNotReadyAddresses', 'externalTrafficPolicy', 'loadBalancerSourceRanges', 'ports', 'selector'],
    },
  ],
  ['ServiceAccount', { apiVersion: 'v1', spec: [] }],
  ['ServiceMonitor', { apiVersion: 'monitoring.coreos.com/v1', spec: ['selector', 'namespaceSelector', 'endpoints'] }],
  ['StatefulSet', { apiVersion: 'apps/v1', spec: ['serviceName', 'replicas', 'selector', 'template'] }],
]);

const podFields: readonly string[] = [
  ...['serviceAccountName', 'automountServiceAccountToken', 'enableServiceLinks', 'imagePullSecrets', 'priorityClassName', 'securityContext'],
  ...['terminationGracePeriodSeconds', 'initContainers', 'containers', 'volumes', 'nodeSelector', 'affinity', 'tolerations'],
  ...['topologySpreadConstraints', 'restartPolicy'],
];
const containerFields: readonly string[] = [
  ...['name', 'image', 'imagePullPolicy', 'command', 'args', 'securityContext', 'env', 'envFrom', 'ports', 'lifecycle'],
  ...['startupProbe', 'livenessProbe', 'readinessProbe', 'resources', 'volumeMounts'],
];

/** What a cluster would refuse, or what would not find each other in it, as sentences. */
export function mistakesIn(manifests: readonly Manifest[]): readonly string[] {
  return [
    ...manifests.flatMap(mistakesOfObject),
    ...duplicates(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).map((name) => `${name} is there twice`),
    ...podsOf(manifests).flatMap((pod) => mistakesOfPod(pod, manifests)),
    ...manifests.flatMap((manifest) => mistakesOfReferences(manifest, manifests)),
  ];
}

interface PodOf {
  readonly owner: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Manifest;
}

function podsOf(manifests: readonly Manifest[]): readonly PodOf[] {
  return manifests.flatMap(({ kind, metadata, spec }) => {
    if (kind === 'Pod') return [{ owner: `Pod ${metadata.name}`, labels: metadata.labels, spec }];
    return spec?.template === undefined
      ? []
      : [{ owner: `${kind} ${metadata.name}`, labels: spec.template.metadata.labels, spec: spec.template.spec }];
  });
}

function mistakesOfObject({ apiVersion, kind, metadata, spec }: Manifest): readonly string[] {
  const known = kinds.get(kind);
  if (known === undefined) return [`${kind} is no kind that we know`];
  const unknown = known.spec.length === 0 ? [] : Object.keys(spec).filter((field) => !known.spec.includes(field));
  return [
    ...(apiVersion === known.apiVersion ? [] : [`${kind} has the version ${apiVersion}`]),
    ...(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(metadata.name) ? [] : [`${kind} has the name ${metadata.name}`]),
    ...Object.values(metadata.labels)
      .filter((value) => typeof value !== 'string' || !/^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/.test(value))
      .map((value) => `${kind} ${metadata.name} has the label ${value}`),
    ...unknown.map((field) => `${kind} has a field ${field}`),
  ];
}

function mistakesOfPod({ owner, spec }: PodOf, manifests: readonly Manifest[]): readonly string[] {
  const volumes: readonly string[] = (spec.volumes ?? []).map((volume: Manifest) => volume.name);
  const sources = (spec.volumes ?? []).flatMap((volume: Manifest) => [volume, ...(volume.projected?.sources ?? [])]);
  const exists = (kind: string, name: string): boolean => manifests.some((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  const secretsMade = manifests.filter(({ kind }) => kind === 'Secret');
  return [
    ...Object.keys(spec)
      .filter((field) => !podFields.includes(field))
      .map((field) => `${owner} has a field ${field}`),
    ...(spec.securityContext?.runAsNonRoot === true ? [] : [`${owner} may run as root`]),
    ...(spec.automountServiceAccountToken === false ? [] : [`${owner} gets a token of the cluster`]),
    ...duplicates(volumes).map((name) => `${owner} has the volume ${name} twice`),
    ...sources
      .filter((source: Manifest) => source.configMap !== undefined && !exists('ConfigMap', source.configMap.name))
      .map((source: Manifest) => `${owner} wants the ConfigMap ${source.configMap.name}, which is not made`),
    ...secretsMade.flatMap(({ metadata, data }) =>
      sources
        .filter((source: Manifest) => source.secret?.name === metadata.name)
        .flatMap((source: Manifest) => source.secret.items.map(({ key }: Manifest) => key))
        .filter((key: string) => !(key in data))
        .map((key: string) => `${owner} wants ${key} of the Secret ${metadata.name}, which has none`),
    ),
    ...spec.containers.flatMap((container: Manifest) => mistakesOfContainer(owner, container, volumes)),
  ];
}

function mistakesOfContainer(owner: string, container: Manifest, volumes: readonly string[]): readonly string[] {
  const name = `${owner}, container ${container.name},`;
  const { securityContext = {}, volumeMounts = [], ports = [], env = [] } = container;
  const portNames: readonly string[] = ports.map((port: Manifest) => port.name);
  const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe].filter((probe) => probe !== undefined);
  const asked: readonly unknown[] = probes.map((probe) => probe.httpGet?.port ?? probe.tcpSocket?.port);
  return [
    ...Object.keys(container)
      .filter((field) => !containerFields.includes(field))
      .map((field) => `${name} has a field ${field}`),
    ...(securityContext.readOnlyRootFilesystem === true ? [] : [`${name} may write to its root`]),
    ...(securityContext.allowPrivilegeEscalation === false ? [] : [`${name} may become more than it is`]),
    ...(securityContext.capabilities?.drop?.includes('ALL') === true ? [] : [`${name} keeps capabilities`]),
    ...volumeMounts
      .filter((mount: Manifest) => !volumes.includes(mount.name))
      .map((mount: Manifest) => `${name} mounts ${mount.name}, which is no volume`),
    ...asked.filter((port) => !portNames.includes(String(port))).map((port) => `${name} is asked on ${port}, which is no port`),
    ...env
      .filter((variable: Manifest) => variable.value !== undefined && typeof variable.value !== 'string')
      .map((variable: Manifest) => `${name} has a variable ${variable.name} that is no text`),
  ];
}

/** Names of objects, ports and labels by which one object finds another. */
function mistakesOfReferences({ kind, metadata, spec }: Manifest, manifests: readonly Manifest[]): readonly string[] {
  const name = `${kind} ${metadata.name}`;
  const services = manifests.filter((manifest) => manifest.kind === 'Service');
  const finds = (labels: object): readonly PodOf[] => podsOf(manifests).filter((pod) => isSubset(labels, pod.labels));
  switch (kind) {
    case 'Service': {
      const ports = finds(spec.selector).flatMap((pod) => pod.spec.containers.flatMap(({ ports: list = [] }: Manifest) => list));
      return spec.ports
        .filter((port: Manifest) => !ports.some((open) => open.name === port.targetPort))
        .map((port: Manifest) => `${name} leads to a port ${port.targetPort} that no pod has`);
    }
    case 'Deployment':
    case 'StatefulSet':
      return isSubset(spec.selector.matchLabels, spec.template.metadata.labels) ? [] : [`${name} does not find its pods`];
    case 'PodDisruptionBudget':
      return finds(spec.selector.matchLabels).length === 1 ? [] : [`${name} does not find its pods`];
    case 'NetworkPolicy':
      return finds(spec.podSelector.matchLabels).length === 1 ? [] : [`${name} does not find its pods`];
    case 'ServiceMonitor': {
      const found = services.filter((service) => isSubset(spec.selector.matchLabels, service.metadata.labels));
      const ports = found.flatMap((service) => service.spec.ports.map((port: Manifest) => port.name));
      return spec.endpoints.filter((end: Manifest) => !ports.includes(end.port)).map((end: Manifest) => `${name} finds no port ${end.port}`);
    }
    case 'Ingress': {
      const backends = spec.rules.flatMap((rule: Manifest) => rule.http.paths.map((path: Manifest) => path.backend.service));
      return backends
        .filter(
          (to: Manifest) => !services.some((s) => s.metadata.name === to.name && s.spec.ports.some((port: Manifest) => port.name === to.port.name)),
        )
        .map((to: Manifest) => `${name} leads to ${to.name} ${to.port.name}, which is not there`);
    }
    case 'HTTPRoute': {
      const backends = spec.rules.flatMap((rule: Manifest) => rule.backendRefs);
      return backends
        .filter((to: Manifest) => !services.some((s) => s.metadata.name === to.name && s.spec.ports.some((port: Manifest) => port.port === to.port)))
        .map((to: Manifest) => `${name} leads to ${to.name}:${to.port}, which is not there`);
    }
    case 'HorizontalPodAutoscaler':
    case 'ScaledObject':
      return manifests.some((m) => m.kind === 'Deployment' && m.metadata.name === spec.scaleTargetRef.name) ? [] : [`${name} scales nothing`];
    default:
      return [];
  }
}

function isSubset(part: object, whole: Readonly<Record<string, string>>): boolean {
  return Object.entries(part).every(([name, value]) => whole[name] === value);
}

function duplicates(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}
