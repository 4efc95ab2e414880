/** Settings before they are checked: nested objects, as JSON has them. */
export type Tree = Readonly<Record<string, unknown>>;

/** Whether a value is an object that can be merged; an array is a value. */
export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A tree with one value in it: `treeOf('server.port', 80)` is `{ server: { port: 80 } }`. */
export function treeOf(path: string, value: unknown): Tree {
  return path
    .split('.')
    .reverse()
    .reduce((inner: unknown, name) => ({ [name]: inner }), value) as Tree;
}

/** The value at a path, if there is one. */
export function valueAt(tree: Tree, path: string): unknown {
  return path.split('.').reduce((value: unknown, name) => (isTree(value) && Object.hasOwn(value, name) ? value[name] : undefined), tree);
}

/** Whether somebody set the value at a path, elements of arrays included. */
export function hasValue(tree: Tree, path: readonly PropertyKey[]): boolean {
  let value: unknown = tree;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return true;
}

/** `base` with the values of `over` on top. Arrays replace each other. Tells `note` the path of each value taken from `over`. */
export function overlay(base: Tree, over: Tree, note: (path: string) => void, path: readonly string[] = []): Tree {
  // A Map, and an object made from its entries: `__proto__` is an ordinary name in JSON.
  const merged = new Map(Object.entries(base));
  for (const [name, value] of Object.entries(over)) {
    const here = [...path, name];
    const below = merged.get(name);
    if (isTree(value) && here.length < maxDepth) {
      merged.set(name, overlay(isTree(below) ? below : {}, value, note, here));
    } else {
      merged.set(name, value);
      note(here.join('.'));
    }
  }
  return Object.fromEntries(merged);
}

const maxDepth = 8; // deeper than any option; input may be nested as deep as the stack
