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
  const lists = new Set<string>();
  let hasRepeats = false;
  for (const pair of raw === '' ? [] : raw.split('&')) {
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
    if (name.endsWith(']') && brackets.test(name)) addToList(parameters, lists, name.replace(brackets, ''), value);
    else {
      hasRepeats ||= parameters.has(name);
      parameters.set(name, value);
    }
  }
  const plain = canonicalise(parameters, (name) => name);
  if (lists.size === 0) return { parameters, hasRepeats, canonical: [plain] };
  return { parameters, hasRepeats, canonical: [plain, canonicalise(parameters, (name) => (lists.has(name) ? `${name}[]` : name))] };
}

function addToList(parameters: Map<string, string>, lists: Set<string>, name: string, value: string): void {
  lists.add(name);
  const list = parameters.get(name);
  parameters.set(name, list === undefined ? value : `${list},${value}`);
}

/** `written` is how an SDK writes a name. */
function canonicalise(parameters: ReadonlyMap<string, string>, written: (name: string) => string): string {
  let text = '';
  for (const name of [...parameters.keys()].sort()) {
    if (name !== signatureParameter) text += `${text === '' ? '' : '&'}${written(name)}=${parameters.get(name)}`;
  }
  return text;
}

/** What cannot be decoded is taken as it stands, and so is a plus sign: some SDKs send raw values. */
function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
