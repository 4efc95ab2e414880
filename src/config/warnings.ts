import { isDeepStrictEqual } from 'node:util';
import type { Config } from './config.ts';
import type { Option } from './option.ts';
import { isTree, type Tree, valueAt } from './tree.ts';
import type { Variables } from './variables.ts';

/** Options that are set although nothing follows from them so far, each as a sentence. */
export function warnOfPlanned(tree: Tree, options: Iterable<Option>): readonly string[] {
  const planned = [...options].filter((option) => option.isPlanned && isSet(tree, option));
  return planned.map(({ path }) => `${path} is set, but its feature is not built yet: the setting has no effect.`);
}

function isSet(tree: Tree, { path, byDefault }: Option): boolean {
  const [outer, inner] = path.split('[].');
  const value = valueAt(tree, outer ?? path);
  const values = inner === undefined ? [value] : Array.isArray(value) ? value.filter(isTree).map((element) => valueAt(element, inner)) : [];
  return values.some((candidate) => candidate !== undefined && !isDeepStrictEqual(candidate, byDefault));
}

/** Settings that are allowed and hardly meant. */
export function warnOfContradictions({ limits, apps, server }: Config, variables: Variables): readonly string[] {
  const carriers = [
    ['limits.httpBodyBytes', limits.httpBodyBytes],
    ['limits.webSocketMessageBytes', limits.webSocketMessageBytes],
  ] as const;
  const largestEvent = Math.max(...apps.map((app) => app.limits.eventDataBytes).filter(Number.isFinite), 0);
  const publisherPort = variables.get('REVERB_PORT');
  const knowsTls = server.tls !== undefined || server.trustedProxies.length > 0;
  const tlsOnlyApp = apps.find(({ tlsOnly }) => tlsOnly);
  return [
    ...(tlsOnlyApp === undefined || knowsTls
      ? []
      : [
          `The app ${tlsOnlyApp.id} is tlsOnly, but there is neither server.tls nor a proxy in server.trustedProxies that could say that a client has TLS: ` +
            'nobody can connect to it.',
        ]),
    ...apps.flatMap(({ id, jwt }) =>
      jwt !== undefined && 'jwksUrl' in jwt.keys && jwt.audiences.length === 0
        ? [`The app ${id} has jwt.jwksUrl without jwt.audiences: tokens that its issuer made for other services are accepted, too.`]
        : [],
    ),
    ...carriers
      .filter(([, bytes]) => bytes < largestEvent)
      .map(([option, bytes]) => `limits.eventDataBytes is ${largestEvent}, but ${option} lets only ${bytes} bytes through.`),
    ...(publisherPort === undefined || Number(publisherPort.text) === server.port
      ? []
      : [
          `REVERB_PORT is ${publisherPort.text}, where Laravel and browsers connect to, but the server listens on ${server.port}: ` +
            'right behind a proxy, wrong without one.',
        ]),
  ];
}
