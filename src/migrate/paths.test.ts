import { expect, it } from 'vitest';
import { aliasFamilies } from '../config/alias-families.ts';
import { shapes } from './paths.ts';

it('reads every variable from JSON as well, and nothing that is no variable', () => {
  for (const { family, paths, app } of shapes) {
    const named = new Set([...Object.values(paths), ...Object.values(app)].filter((meaning) => typeof meaning === 'string'));
    const foreign = [...named].filter((name) => !Object.hasOwn(family.aliases, name) && !name.startsWith('REDIS_'));
    expect(foreign, family.preset).toEqual([]);
    const missing = Object.keys(family.aliases).filter((name) => !named.has(name));
    if (family.preset === 'soketi') expect(missing).toEqual([]);
  }
  expect(aliasFamilies.length).toBe(shapes.length);
});
