import type { Endpoint } from './api-call.ts';
import { getChannel, getChannels, getUsers } from './channels.ts';
import { postBatchEvents, postEvents } from './events.ts';
import { getFeed, getStats } from './feed.ts';
import { postRevocations } from './revocations.ts';
import { getConnections, postTerminate } from './users.ts';

interface Route {
  readonly method: 'GET' | 'POST';
  /** What follows `/apps/ID`; `*` stands for one variable part. */
  readonly path: readonly string[];
  readonly endpoint: Endpoint;
}

const appsPrefix = '/apps/';

/** The API (protocol clause 5.2), the most frequent first. */
export const routes: readonly Route[] = [
  { method: 'POST', path: ['events'], endpoint: postEvents },
  { method: 'POST', path: ['batch_events'], endpoint: postBatchEvents },
  { method: 'GET', path: ['channels'], endpoint: getChannels },
  { method: 'GET', path: ['channels', '*'], endpoint: getChannel },
  { method: 'GET', path: ['channels', '*', 'users'], endpoint: getUsers },
  { method: 'GET', path: ['connections'], endpoint: getConnections },
  { method: 'GET', path: ['feed'], endpoint: getFeed },
  { method: 'GET', path: ['stats'], endpoint: getStats },
  { method: 'POST', path: ['users', '*', 'terminate_connections'], endpoint: postTerminate },
  { method: 'POST', path: ['revocations'], endpoint: postRevocations },
];

/** Those without variable parts, by their path. */
const fixedRoutes: ReadonlyMap<string, Route> = new Map(
  routes.filter(({ path }) => !path.includes('*')).map((route) => [route.path.join('/'), route]),
);

const patterns: ReadonlyMap<Route, string> = new Map(routes.map((route) => [route, `${appsPrefix}*/${route.path.join('/')}`]));

/** What a request is for. */
export interface Match {
  /** Absent in the one path of an SDK that forgets `/apps/ID`: the app is then found by `auth_key`. */
  readonly appId: string | undefined;
  readonly parameters: readonly string[];
  readonly endpoint: Endpoint;
  /** The path with a star for each variable part. */
  readonly pattern: string;
}

/** Finds the endpoint of a path without prefix; for a known path with another verb, the verb that it takes. */
export function findRoute(method: string, path: string): Match | { readonly allow: string } | undefined {
  const scope = splitScope(path);
  if (scope === undefined) return undefined;
  const fixed = fixedRoutes.get(scope.rest);
  const parts = fixed === undefined ? scope.rest.split('/') : [];
  const route = fixed ?? routes.find((candidate) => fits(candidate.path, parts));
  if (route === undefined) return undefined;
  if (route.method !== method) return { allow: route.method };
  const parameters = parts.filter((_, index) => route.path[index] === '*').map(decodePart);
  return { appId: scope.appId, parameters, endpoint: route.endpoint, pattern: patterns.get(route) ?? '' };
}

/** The app's id, and what follows it. */
function splitScope(path: string): { readonly appId: string | undefined; readonly rest: string } | undefined {
  if (path.startsWith('/users/')) return { appId: undefined, rest: path.slice(1) };
  if (!path.startsWith(appsPrefix)) return undefined;
  const slash = path.indexOf('/', appsPrefix.length);
  return slash < 0 ? undefined : { appId: decodePart(path.slice(appsPrefix.length, slash)), rest: path.slice(slash + 1) };
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  return pattern.length === parts.length && pattern.every((part, index) => part === '*' || part === parts[index]);
}

/** A part as it was meant; what is not valid encoding stands for itself. */
export function decodePart(part: string): string {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
