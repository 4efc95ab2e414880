import { developmentApp } from './development-app.ts';
import type { Fault } from './fault.ts';
import { faultAt, formatPath, type Path } from './fault-at.ts';
import type { Merged } from './merge.ts';
import { isTree, type Tree } from './tree.ts';

/**
 * What is wrong with the apps beyond the shape of each: missing or doubled credentials, two apps with one id or key, the development secret in
 * production. Takes settings that are not checked yet, so that these faults are reported together with all others.
 */
export function findAppFaults(merged: Merged, inProduction: boolean): readonly Fault[] {
  const list = merged.tree.apps;
  if (!Array.isArray(list)) return [];
  const apps = list.flatMap((app: unknown, index) => (isTree(app) ? [{ app, path: ['apps', index] }] : []));
  const found = [
    ...apps.flatMap(credentialFaults),
    ...duplicates(apps.flatMap(idOf)),
    ...duplicates(apps.flatMap(keysOf)),
    ...(inProduction ? apps.flatMap(developmentFaults) : []),
  ];
  return found.map(({ path, message }) => faultAt(merged, path, message));
}

interface Place {
  readonly app: Tree;
  readonly path: Path;
}

interface Found {
  readonly path: Path;
  readonly message: string;
}

function credentialFaults({ app, path }: Place): readonly Found[] {
  if (app.keys === undefined) {
    return ['key', 'secret'].flatMap((name) => (app[name] === undefined ? [{ path: [...path, name], message: 'is missing' }] : []));
  }
  if (app.key !== undefined || app.secret !== undefined) return [{ path, message: 'has both keys and key or secret: give one of them' }];
  const statuses = listOf(app.keys).map((key) => key.status ?? 'active');
  return statuses.length === 0 || statuses.includes('active') ? [] : [{ path: [...path, 'keys'], message: 'must have one that is active' }];
}

function developmentFaults({ app, path }: Place): readonly Found[] {
  const secrets = [app.secret, ...listOf(app.keys).map((key) => key.secret)];
  if (!secrets.includes(developmentApp.secret)) return [];
  const message =
    'these are the development credentials, which everybody knows; they are refused with NODE_ENV=production. ' +
    'Set CLARION_APP_ID, CLARION_APP_KEY and CLARION_APP_SECRET (`clarion keygen` makes them), or put apps into the configuration file';
  return [{ path, message }];
}

interface Named {
  readonly path: Path;
  readonly name: string;
}

function idOf({ app, path }: Place): readonly Named[] {
  const id = app.id;
  return typeof id === 'string' || typeof id === 'number' ? [{ path: [...path, 'id'], name: String(id) }] : [];
}

function keysOf({ app, path }: Place): readonly Named[] {
  const own = typeof app.key === 'string' ? [{ path: [...path, 'key'], name: app.key }] : [];
  const listed = listOf(app.keys).flatMap(({ key }, index) =>
    typeof key === 'string' ? [{ path: [...path, 'keys', index, 'key'], name: key }] : [],
  );
  return [...own, ...listed];
}

function duplicates(named: readonly Named[]): readonly Found[] {
  const first = new Map<string, Path>();
  return named.flatMap(({ path, name }) => {
    const other = first.get(name);
    if (other === undefined) first.set(name, path);
    return other === undefined ? [] : [{ path, message: `is the same as ${formatPath(other)}` }];
  });
}

function listOf(value: unknown): readonly Tree[] {
  return Array.isArray(value) ? value.filter(isTree) : [];
}
