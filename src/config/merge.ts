import { developmentApp } from './development-app.ts';
import type { Layer } from './layer.ts';
import { isTree, overlay, type Tree } from './tree.ts';

/** All layers as one. */
export interface Merged {
  readonly tree: Tree;
  /** Where values come from, by their path; an array that came as a whole has one entry. */
  readonly sources: ReadonlyMap<string, string>;
  readonly usesDevelopmentApp: boolean;
}

/** Lays settings over each other, the last layer on top, and puts the app of the environment among the apps. */
export function mergeLayers(layers: readonly Layer[]): Merged {
  const sources = new Map<string, string>();
  const appSources = new Map<string, string>();
  let tree: Tree = {};
  let app: Tree = {};
  for (const layer of layers) {
    tree = overlay(tree, layer.settings, (path) => sources.set(path, layer.source));
    app = overlay(withoutOtherCredentials(app, layer.app), layer.app, (path) => appSources.set(path, layer.source));
  }
  const joined = joinApps(tree.apps, app);
  for (const [path, source] of appSources) sources.set(`apps.${joined.position}.${path}`, source);
  if (joined.usesDevelopmentApp) sources.set('apps', 'development app, because no app is configured');
  return { tree: { ...tree, apps: joined.apps }, sources, usesDevelopmentApp: joined.usesDevelopmentApp };
}

/** The source of the value at a path, that of the list it stands in, or `undefined` when nobody set it. */
export function sourceOf(sources: ReadonlyMap<string, string>, path: readonly PropertyKey[]): string | undefined {
  for (let length = path.length; length > 0; length--) {
    const source = sources.get(path.slice(0, length).join('.'));
    if (source !== undefined) return source;
  }
  return undefined;
}

interface Joined {
  readonly apps: unknown;
  /** Of the environment's app. */
  readonly position: number;
  readonly usesDevelopmentApp: boolean;
}

/**
 * The app of the environment changes the app that has the same id; with an id of its own it is one more app, in front; without an id it
 * changes the first app.
 */
function joinApps(apps: unknown, app: Tree): Joined {
  const isNamed = identity.some((name) => Object.hasOwn(app, name));
  if (apps === undefined || (Array.isArray(apps) && apps.length === 0)) {
    return { apps: [isNamed ? app : { ...developmentApp, ...app }], position: 0, usesDevelopmentApp: !isNamed };
  }
  const rest = { position: 0, usesDevelopmentApp: false };
  if (!Array.isArray(apps) || Object.keys(app).length === 0) return { apps, ...rest };
  const position = Object.hasOwn(app, 'id') ? apps.findIndex((other) => isTree(other) && String(other.id) === String(app.id)) : 0;
  if (position < 0) return { apps: [app, ...apps], ...rest };
  return { ...rest, apps: apps.map((other, index) => (index === position && isTree(other) ? laidOver(other, app) : other)), position };
}

const identity = ['id', 'key', 'secret', 'keys'];

function laidOver(below: Tree, app: Tree): Tree {
  return overlay(withoutOtherCredentials(below, app), app, () => {});
}

/** `key` and `secret` replace `keys`, and the other way round. */
function withoutOtherCredentials(below: Tree, above: Tree): Tree {
  const { key, secret, keys, ...others } = below;
  const single = { ...(key !== undefined && { key }), ...(secret !== undefined && { secret }) };
  if (Object.hasOwn(above, 'keys')) return { ...others };
  if (Object.hasOwn(above, 'key') || Object.hasOwn(above, 'secret')) return { ...others, ...single };
  return { ...others, ...single, ...(keys !== undefined && { keys }) };
}
