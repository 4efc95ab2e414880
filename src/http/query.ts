/** A query string, read once. */
export interface Query {
  /** Decoded parameters by lower-case name; the values of `name[]` are joined with commas. */
  readonly parameters: ReadonlyMap<string, string>;
  /** What a signature covers, as the SDKs may have written it: all parameters but `auth_signature`, sorted by name. */
  readonly canonical: readonly string[];
  /** Whether a parameter that is no list occurs twice: then it is not clear what was signed. */
  readonly hasRepeats: boolean;
}

const signatureParameter = 'auth_signature';
const brackets = /\[\d*\]$/;

/** Reads a raw query (protocol clause 5.1). */
export function parseQuery(raw: string): Query {
  const parameters = new Map<string, string>();
  let hasLists = false;
  let hasRepeats = false;
  for (const pair of raw === '' ? [] : raw.split('&')) {
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
    const plain = name.replace(brackets, '');
    if (plain === name) {
      hasRepeats ||= parameters.has(name);
      parameters.set(name, value);
      continue;
    }
    hasLists = true;
    const list = parameters.get(plain);
    parameters.set(plain, list === undefined ? value : `${list},${value}`);
  }
  return { parameters, hasRepeats, canonical: hasLists ? [join(parameters), join(parameters, listsOf(raw))] : [join(parameters)] };
}

/** `lists` are names that keep their brackets. */
function join(parameters: ReadonlyMap<string, string>, lists: ReadonlySet<string> = new Set()): string {
  return [...parameters]
    .filter(([name]) => name !== signatureParameter)
    .map(([name, value]) => [lists.has(name) ? `${name}[]` : name, value] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function listsOf(raw: string): ReadonlySet<string> {
  const names = raw.split('&').map((pair) => decode(pair.split('=', 1)[0] ?? '').toLowerCase());
  return new Set(names.filter((name) => brackets.test(name)).map((name) => name.replace(brackets, '')));
}

/** Form encoding. What cannot be decoded is taken as it stands: some SDKs send raw values. */
function decode(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text;
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
