import { suggestion } from '../config/nearest.ts';
import { isTree, type Tree } from '../config/tree.ts';
import type { Finding } from './finding.ts';
import { type Shape, shapes } from './paths.ts';
import { type Entry, type FamilyName, isFamily, type PathTable, type Source } from './source.ts';

/** Takes a configuration apart that is JSON. `undefined` when it is of no server we know. */
export function readJson(tree: Tree, wanted: FamilyName | undefined): Source | undefined {
  const shape = shapes.find(({ family }) => wanted !== undefined && isFamily(wanted, family)) ?? shapes.find((candidate) => fits(candidate, tree));
  if (shape === undefined) return undefined;
  const list = at(tree, shape.appsAt) ?? [];
  const general = flatten(tree, shape, shape.paths);
  const apps = (Array.isArray(list) ? list : []).map((app: unknown, index) => readApp(app, shape, `${shape.appsAt}[${index}]`));
  return {
    family: shape.family,
    entries: general.entries,
    apps: apps.map(({ entries }) => entries),
    findings: [...(Array.isArray(list) ? [] : [unknown(shape.appsAt, 'is no list')]), ...[general, ...apps].flatMap(({ findings }) => findings)],
  };
}

interface Flat {
  readonly entries: readonly Entry[];
  readonly findings: readonly Finding[];
}

/** Soketi's file has no sign of its own: one known option is enough. */
function fits(shape: Shape, tree: Tree): boolean {
  if (shape.signs.length > 0) return shape.signs.every((path) => at(tree, path) !== undefined);
  return at(tree, shape.appsAt) !== undefined || flatten(tree, shape, shape.paths).entries.length > 0;
}

/** Names of an app may also be written in snake case, where the server has them in camel case. */
function readApp(app: unknown, { app: table }: Shape, name: string): Flat {
  if (!isTree(app)) return { entries: [], findings: [unknown(name, 'is no object')] };
  const named = Object.entries(app).map(([key, value]) => [Object.hasOwn(table, camel(key)) ? camel(key) : key, value] as const);
  return flatten(Object.fromEntries(named), { appsAt: undefined }, table, `${name}.`);
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * The options of a tree by their paths; names may have dots, as Soketi accepts them. The depth is that of the table: what is not in it is not
 * entered. `null` and empty texts say nothing.
 */
function flatten(tree: Tree, { appsAt }: { readonly appsAt: string | undefined }, table: PathTable, shown = '', prefix = ''): Flat {
  const parts = Object.entries(tree).map(([name, value]): Flat => {
    const path = `${prefix}${name}`;
    if (path === appsAt) return nothing;
    const meaning = Object.hasOwn(table, path) ? table[path] : undefined;
    if (meaning !== undefined)
      return saysNothing(value) ? nothing : { entries: [{ name: `${shown}${path}`, meaning, text: textOf(value) }], findings: [] };
    const isKnownFolder = appsAt?.startsWith(`${path}.`) || Object.keys(table).some((known) => known.startsWith(`${path}.`));
    if (isTree(value) && isKnownFolder) return flatten(value, { appsAt }, table, shown, `${path}.`);
    if (isKnownFolder && (saysNothing(value) || isEmptyList(value))) return nothing; // PHP writes both the same way
    return { entries: [], findings: [unknown(`${shown}${path}`, suggestion(path, Object.keys(table)).trim())] };
  });
  return { entries: parts.flatMap(({ entries }) => entries), findings: parts.flatMap(({ findings }) => findings) };
}

const nothing: Flat = { entries: [], findings: [] };

function saysNothing(value: unknown): boolean {
  return value === null || value === '' || (isTree(value) && Object.keys(value).length === 0);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function unknown(name: string, remark: string): Finding {
  return { name, outcome: 'not known', options: [], remark };
}

/** The value at a path whose steps may also be written as one name with dots. */
function at(tree: unknown, path: string): unknown {
  if (!isTree(tree)) return undefined;
  if (Object.hasOwn(tree, path)) return tree[path];
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const found = Object.hasOwn(tree, path.slice(0, dot)) ? at(tree[path.slice(0, dot)], path.slice(dot + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
