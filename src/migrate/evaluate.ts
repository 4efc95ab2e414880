import { type Alias, type AliasContext, type AliasTable, isFrom, type Meaning, type Setting } from '../config/alias.ts';
import type { Fault } from '../config/fault.ts';
import type { Finding, Outcome } from './finding.ts';
import type { Entry } from './source.ts';

export interface Evaluation {
  readonly settings: readonly Setting[];
  readonly findings: readonly Finding[];
  readonly faults: readonly Fault[];
}

interface Read {
  readonly entry: Entry;
  readonly meaning: Meaning;
}

/** What entries mean by the table of their server, in its order: of two that set the same option the later one wins. */
export function evaluate(entries: readonly Entry[], aliases: AliasTable, context: AliasContext): Evaluation {
  const order = Object.keys(aliases);
  const position = ({ meaning }: Entry) => (typeof meaning === 'string' ? order.indexOf(meaning) : order.length);
  const read = entries
    .toSorted((one, other) => position(one) - position(other))
    .flatMap((entry): Read[] => {
      const alias = aliasOf(entry, aliases);
      return alias === undefined ? [] : [{ entry, meaning: alias(entry.text, context) }];
    });
  return {
    settings: read.flatMap(({ meaning }) => meaning.settings ?? []),
    findings: entries.map((entry) => describe(entry, read)),
    faults: read.flatMap(({ entry, meaning }) => (meaning.fault === undefined ? [] : [{ option: entry.name, message: meaning.fault }])),
  };
}

function aliasOf({ meaning }: Entry, aliases: AliasTable): Alias | undefined {
  if (typeof meaning !== 'string') return meaning;
  return Object.hasOwn(aliases, meaning) ? aliases[meaning] : undefined;
}

/** An entry counts as taken over when its own value went into an option, be it read by another entry. */
function describe(entry: Entry, read: readonly Read[]): Finding {
  const meaning = read.find((other) => other.entry === entry)?.meaning ?? {};
  const isOwn = (setting: Setting) => typeof entry.meaning === 'string' && isFrom(setting, entry.meaning);
  const own = (meaning.settings ?? []).filter((setting) => setting.variable === undefined || isOwn(setting));
  const elsewhere = read.flatMap(({ meaning: other }) => (other.settings ?? []).filter(isOwn));
  const options = [...new Set([...own, ...elsewhere].map(({ path }) => path))];
  const parent = read.find((other) => other.entry.meaning === meaning.partOf);
  const serves = meaning.settings !== undefined || options.length > 0 || (parent?.meaning.settings ?? []).length > 0;
  return { name: entry.name, outcome: outcomeOf(meaning, serves), options, remark: remarkOf(meaning, serves, parent) };
}

function outcomeOf(meaning: Meaning, serves: boolean): Outcome {
  if (serves) return 'taken over';
  return meaning.warning !== undefined && meaning.remark === undefined ? 'without counterpart' : 'needless';
}

function remarkOf({ settings = [], warning, remark, partOf }: Meaning, serves: boolean, parent: Read | undefined): string {
  if (partOf !== undefined) {
    const name = parent?.entry.name ?? partOf;
    return serves ? `is read with ${name}` : `counts only with ${name}, which is off`;
  }
  const groups = new Set(settings.filter(({ variable }) => variable !== undefined).map(({ path }) => path.split('.')[0]));
  if (groups.size > 0) return `switches on ${[...groups].join(', ')}`;
  return remark ?? warning ?? (serves ? '' : 'is not used by what the file switches on');
}
