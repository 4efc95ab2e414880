import type { Setting } from '../config/alias.ts';
import { findAppFaults } from '../config/app-faults.ts';
import { checkSettings } from '../config/check.ts';
import { ConfigError, type Fault } from '../config/fault.ts';
import { describeSettings } from '../config/json-schema.ts';
import { mergeLayers } from '../config/merge.ts';
import { listOptions, type Option } from '../config/option.ts';
import { reverbPort } from '../config/presets.ts';
import { isTree, overlay, type Tree, treeOf } from '../config/tree.ts';
import type { Variables } from '../config/variables.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import type { Finding } from './finding.ts';
import type { Entry, Source } from './source.ts';

/** A configuration of ours, and how it came about. */
export interface Migration {
  readonly settings: Tree;
  /** One for each option of the source, in its order. */
  readonly findings: readonly Finding[];
}

type Options = ReadonlyMap<string, Option>;

/** Puts the configuration of another server into our words. Throws ConfigError with everything that cannot be: the result would not start. */
export function migrate(source: Source, fileName: string): Migration {
  const options: Options = new Map(listOptions(describeSettings()).map((option) => [option.path, option]));
  const general = evaluate(source.entries, source.family.aliases, { options, variables: variablesOf(source.entries, fileName) });
  const apps = source.apps.map((entries) =>
    evaluate(entries, source.family.aliases, { options, variables: variablesOf([...source.entries, ...entries], fileName) }),
  );
  const settings = assemble(source, general, apps, options);
  const faults = [...[general, ...apps].flatMap((evaluation) => evaluation.faults), ...findFaults(settings, options, fileName)];
  if (faults.length > 0) throw new ConfigError(faults);
  return {
    settings,
    findings: [...withApp(general.findings, 0), ...apps.flatMap(({ findings }, index) => withApp(findings, index, options)), ...source.findings],
  };
}

function variablesOf(entries: readonly Entry[], fileName: string): Variables {
  return new Map(
    entries.flatMap(({ name, meaning, text }) =>
      typeof meaning === 'string' ? [[meaning, { text, source: `${name} in ${fileName}` }] as const] : [],
    ),
  );
}

function assemble({ family }: Source, general: Evaluation, apps: readonly Evaluation[], options: Options): Tree {
  const base: Tree = { preset: family.preset, ...(family.preset === 'reverb' && { server: { port: reverbPort } }) };
  const common = treeFrom(general.settings.filter(({ path }) => !isOfApp(path)));
  const appOf = (settings: readonly Setting[]) =>
    treeFrom(settings.filter(({ path }) => isOfApp(path)).map(({ path, value }) => ({ path: path.slice(7), value })));
  const own = appOf(general.settings);
  const list =
    apps.length > 0
      ? apps.map(({ settings }) => over(own, over(appOf(settings), limitsOf(settings, options))))
      : Object.keys(own).length > 0
        ? [own]
        : [];
  const tree = over(over(base, common), roomFor(apps, common, options));
  return list.length === 0 ? tree : { ...tree, apps: list };
}

function isOfApp(path: string): boolean {
  return path.startsWith('apps[].');
}

function treeFrom(settings: readonly Setting[]): Tree {
  return settings.reduce((tree: Tree, { path, value }) => over(tree, treeOf(path, value)), {});
}

function over(below: Tree, above: Tree): Tree {
  return overlay(below, above, () => {});
}

/** Limits that an app of a list has of its own. */
function limitsOf(settings: readonly Setting[], options: Options): Tree {
  return treeFrom(settings.filter(({ path }) => options.has(`apps[].${path}`)));
}

/** What limits all apps together has to let the largest through. */
function roomFor(apps: readonly Evaluation[], common: Tree, options: Options): Tree {
  const limits = new Map<string, unknown>(Object.entries(isTree(common.limits) ? common.limits : {}));
  for (const { path, value } of apps.flatMap(({ settings }) => settings)) {
    const [group, name] = path.split('.');
    if (group !== 'limits' || name === undefined || options.has(`apps[].${path}`)) continue;
    limits.set(name, Math.max(Number(limits.get(name) ?? 0), Number(value)));
  }
  return limits.size === 0 ? {} : { limits: Object.fromEntries(limits) };
}

/** Everything that keeps a server from starting with these settings. */
function findFaults(settings: Tree, options: Options, fileName: string): readonly Fault[] {
  const merged = mergeLayers([{ source: fileName, settings, app: {} }]);
  return [...checkSettings(merged, options.values()).faults, ...findAppFaults(merged, false)];
}

/** The findings with the number of the app whose options they name. */
function withApp(findings: readonly Finding[], index: number, options?: Options): readonly Finding[] {
  return findings.map((finding) => ({
    ...finding,
    options: finding.options.map((path) => (options?.has(`apps[].${path}`) ? `apps[${index}].${path}` : path.replace('apps[]', `apps[${index}]`))),
  }));
}
