import { expect, it } from 'vitest';
import { type Alias, isFrom, type Meaning } from '../config/alias.ts';
import { describeSettings } from '../config/json-schema.ts';
import { listOptions } from '../config/option.ts';
import { type Shape, shapes } from './paths.ts';

const options = new Map(listOptions(describeSettings()).map((option) => [option.path, option]));

/** Some of these make every variable say what it sets; the first texts are the usual ones. */
const probes = ['true', '10', 'redis', 'members', '200000', '[]', '["a:1"]', 'text'];

/** What is set beside the variable, so that it counts: once for an address, once for Sentinels, once for a Cluster. */
const surroundings: readonly Readonly<Record<string, string>>[] = [
  { SOKETI_ADAPTER_DRIVER: 'redis', REVERB_SCALING_ENABLED: 'true', REVERB_APP_RATE_LIMITING_ENABLED: 'true', SOKETI_DEFAULT_APP_WEBHOOKS: '[]' },
  { SOKETI_ADAPTER_DRIVER: 'redis', SOKETI_DB_REDIS_SENTINELS: '[]' },
  { SOKETI_ADAPTER_DRIVER: 'redis', SOKETI_ADAPTER_REDIS_CLUSTER_MODE: 'true', SOKETI_DB_REDIS_CLUSTER_NODES: '[]' },
];

function meaningsOf(alias: Alias, own: Readonly<Record<string, string>>, name = ''): readonly Meaning[] {
  return surroundings.flatMap((around) =>
    probes.map((text) => {
      const variables = new Map(Object.entries({ ...around, ...own, [name]: text }).map(([key, value]) => [key, { text: value, source: '' }]));
      return alias(text, { options, variables });
    }),
  );
}

/** The options that a variable goes into, by itself or where another one reads it. */
function optionsOf(name: string, aliases: Readonly<Record<string, Alias>>): readonly string[] {
  const alias = aliases[name];
  const own =
    alias === undefined ? [] : meaningsOf(alias, {}, name).flatMap(({ settings = [] }) => settings.filter(({ variable }) => variable === undefined));
  const parents = Object.values(aliases).flatMap((parent) => meaningsOf(parent, { [name]: '10' }));
  const elsewhere = parents.flatMap(({ settings = [] }) => settings.filter((setting) => isFrom(setting, name)));
  return [...new Set([...own, ...elsewhere].map(({ path }) => path))].toSorted();
}

function remarkOf(alias: Alias): string {
  const meanings = meaningsOf(alias, {});
  const partOf = meanings.find((meaning) => meaning.partOf !== undefined)?.partOf;
  if (partOf !== undefined) return `read with \`${partOf}\``;
  const isTaken = meanings.some(({ settings }) => settings !== undefined);
  const said = meanings.flatMap(({ remark, warning }) => remark ?? warning ?? []);
  return isTaken ? '' : (said[0] ?? '');
}

function toRow(path: string, name: string, alias: Alias, aliases: Readonly<Record<string, Alias>>): string {
  const set = optionsOf(name, aliases);
  const remark = remarkOf(alias);
  const meaning = [set.map((option) => `\`${option}\``).join(', '), remark].filter((part) => part !== '').join('; ');
  return `| ${path === '' ? '' : `\`${path}\``} | ${name === '' ? '' : `\`${name}\``} | ${meaning === '' ? 'switches on what is read with it' : meaning} |`;
}

function describe(title: string, { family: { aliases }, paths, app, appsAt }: Shape): string {
  const tables = [...Object.entries(paths), ...Object.entries(app).map(([path, meaning]) => [`${appsAt}[].${path}`, meaning] as const)];
  const inFile = tables.map(([path, meaning]) =>
    typeof meaning === 'string' ? toRow(path, meaning, aliases[meaning] ?? (() => ({})), aliases) : toRow(path, '', meaning, {}),
  );
  const named = new Set(tables.map(([, meaning]) => meaning));
  const alone = Object.entries(aliases).filter(([name]) => !named.has(name));
  const others = alone.map(([name, alias]) => toRow('', name, alias, aliases));
  const withOwn = inFile.map((row, index) => {
    const meaning = tables[index]?.[1];
    return typeof meaning === 'function' ? row.replace(/\| switches on what is read with it \|$/, `| ${ownOptions(meaning)} |`) : row;
  });
  return [
    `# Options of ${title}`,
    '',
    'What becomes of each, at the start (variables) and by `clarion migrate` (both). Generated from the tables that are used for it.',
    '',
    '| in the file | variable | here |',
    '|---|---|---|',
    ...withOwn,
    ...others,
    '',
  ].join('\n');
}

function ownOptions(alias: Alias): string {
  const set = new Set(meaningsOf(alias, {}).flatMap(({ settings = [] }) => settings.map(({ path }) => path)));
  return [...set].map((path) => `\`${path}\``).join(', ');
}

const pages = [
  ['reverb', 'Laravel Reverb', 'reverb-options.md'],
  ['soketi', 'Soketi', 'soketi-options.md'],
  ['pusher', 'laravel-websockets, and of Laravel for Pusher', 'laravel-websockets-options.md'],
] as const;

// `npx vitest run --update src/migrate/option-map.test.ts` writes them anew.
it.each(pages)('is what docs/ holds: %s', async (preset, title, file) => {
  const shape = shapes.find(({ family }) => family.preset === preset);
  if (shape === undefined) throw new Error(`There is no ${preset}`);
  await expect(describe(title, shape)).toMatchFileSnapshot(`../../docs/${file}`);
});
