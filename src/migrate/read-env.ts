import { type AliasFamily, aliasFamilies } from '../config/alias-families.ts';
import { withoutLaravelNulls } from '../config/alias-variables.ts';
import { parseEnvFile } from '../config/env-file.ts';
import { suggestion } from '../config/nearest.ts';
import { gatherVariables, type Variables } from '../config/variables.ts';
import type { Finding } from './finding.ts';
import { type FamilyName, isFamily, type Source } from './source.ts';

/** What the alias tables read of Laravel's own variables. */
const shared = /^REDIS_(URL|HOST|PORT|USERNAME|PASSWORD|DB)$/;

/** Variables of Laravel, of its front end and of this server, by how they start. */
const elsewhere: readonly (readonly [prefix: string, remark: string])[] = [
  ['VITE_', 'is for the build of the front end; keep it there'],
  ['MIX_', 'is for the build of the front end; keep it there'],
  ['BROADCAST_', 'tells Laravel how to broadcast; keep it there'],
  ['CLARION_', 'is a variable of Clarion already and wins over the file'],
];

/** Takes a `.env` file apart. `undefined` when it has nothing of any server we know. */
export function readEnv(text: string, wanted: FamilyName | undefined): Source | undefined {
  const { variables: parsed, remarks } = parseEnvFile(text, new Map());
  const variables = withoutLaravelNulls(gatherVariables({}, parsed, ''));
  const family = chooseFamily(variables, wanted);
  if (family === undefined) return undefined;
  const names = [...variables.keys()];
  const isRead = (name: string) => Object.hasOwn(family.aliases, name) || shared.test(name);
  return {
    family,
    entries: names.filter(isRead).map((name) => ({ name, meaning: name, text: variables.get(name)?.text ?? '' })),
    apps: [],
    findings: [
      ...names.flatMap((name) => describe(name, family)),
      ...remarks.map(
        (remark): Finding => ({ name: remark.split(':')[0] ?? '', outcome: 'not known', options: [], remark: remark.replace(/^[^:]*: /, '') }),
      ),
    ],
  };
}

/** The one that was asked for; else the last that has credentials, else the last that has anything. */
function chooseFamily(variables: Variables, wanted: FamilyName | undefined): AliasFamily | undefined {
  const present = aliasFamilies.filter((family) => [...variables.keys()].some((name) => isOf(family, name)));
  if (wanted !== undefined) return present.find((family) => isFamily(wanted, family));
  return present.findLast(({ credentials }) => credentials.some((name) => variables.has(name))) ?? present.at(-1);
}

function isOf({ aliases, prefix }: AliasFamily, name: string): boolean {
  return name.startsWith(prefix) || Object.hasOwn(aliases, name);
}

/** What a variable is that the family's table does not have. Those that belong to other programs altogether are left out. */
function describe(name: string, family: AliasFamily): readonly Finding[] {
  if (Object.hasOwn(family.aliases, name)) return [];
  if (name.startsWith(family.prefix)) {
    return [{ name, outcome: 'not known', options: [], remark: suggestion(name, Object.keys(family.aliases)).trim() }];
  }
  const other = aliasFamilies.find((candidate) => isOf(candidate, name));
  if (other !== undefined) return [needless(name, `belongs to another server; \`--from ${other.preset}\` reads it`)];
  const known = elsewhere.find(([prefix]) => name.startsWith(prefix));
  return known === undefined ? [] : [needless(name, known[1])];
}

function needless(name: string, remark: string): Finding {
  return { name, outcome: 'needless', options: [], remark };
}
