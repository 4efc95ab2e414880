import type { AliasContext } from './alias.ts';
import { type AliasFamily, aliasFamilies } from './alias-families.ts';
import type { PresetName } from './config.ts';
import type { Fault } from './fault.ts';
import { combine, type Layer, layerOf, type Reading } from './layer.ts';
import { suggestion } from './nearest.ts';
import type { Variables } from './variables.ts';

export interface AliasReading extends Reading {
  /** The server whose variables set something; of several the one with the highest precedence. */
  readonly preset?: PresetName;
}

/** Reads the variables that people have from other servers. */
export function readAliasVariables(context: AliasContext): AliasReading {
  const variables = withoutLaravelNulls(context.variables);
  const used = aliasFamilies.filter(({ credentials }) => credentials.some((name) => variables.has(name)));
  const winner = used.at(-1);
  const losers = used.slice(0, -1);
  const readings = aliasFamilies.map((family) => {
    const skipped = losers.includes(family) ? family.credentials : [];
    return { family, reading: readFamily(family, { ...context, variables }, skipped) };
  });
  const preset = readings.findLast(({ reading }) => reading.layers.length > 0)?.family.preset;
  const { layers, warnings, faults } = combine(readings.map(({ reading }) => reading));
  const defeats = losers.flatMap((loser) => describeDefeat(loser, winner, variables));
  return { layers, warnings: [...defeats, ...warnings], faults, ...(preset !== undefined && { preset }) };
}

/** The variables without those that hold a word which Laravel's `env()` takes for nothing. */
export function withoutLaravelNulls(variables: Variables): Variables {
  return new Map([...variables].filter(([, { text }]) => !/^(null|\(null\)|empty|\(empty\))$/i.test(text)));
}

function readFamily(family: AliasFamily, context: AliasContext, skipped: readonly string[]): Reading {
  const layers: Layer[] = [];
  const warnings: string[] = [];
  const faults: Fault[] = [];
  for (const [name, alias] of Object.entries(family.aliases)) {
    const variable = context.variables.get(name);
    if (variable === undefined || skipped.includes(name)) continue;
    const { settings = [], warning, fault } = alias(variable.text, context);
    for (const { path, value, variable: from } of settings) {
      layers.push(layerOf(context.variables.get(from ?? name)?.source ?? variable.source, path, value));
    }
    if (warning !== undefined) warnings.push(`${name} ${warning}.`);
    if (fault !== undefined) faults.push({ option: name, message: fault, source: variable.source });
  }
  const unknown = [...context.variables.keys()].filter((name) => name.startsWith(family.prefix) && !Object.hasOwn(family.aliases, name));
  warnings.push(...unknown.map((name) => `${name} is not known and is ignored.${suggestion(name, Object.keys(family.aliases))}`));
  return { layers, warnings, faults };
}

/** Two sets of equal credentials are no matter; Laravel's `.env` often has both. */
function describeDefeat(loser: AliasFamily, winner: AliasFamily | undefined, variables: Variables): readonly string[] {
  const differ = loser.credentials.some((name, index) => {
    const own = variables.get(name)?.text;
    return own !== undefined && own !== variables.get(winner?.credentials[index] ?? '')?.text;
  });
  if (!differ || winner === undefined) return [];
  return [`${loser.credentials.join(', ')} are not used: ${winner.credentials.join(', ')} win.`];
}
