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
const lastParameter = `&${signatureParameter}=`;
const brackets = /\[\d*\]$/;

/** Reads a raw query (protocol clause 5.1). */
export function parseQuery(raw: string): Query {
  return parseUsual(raw) ?? parseAny(raw);
}

/**
 * Reads a query as SDKs write it, in less time: names in lower case and sorted, the signature last, no lists, nothing encoded. What was
 * signed then stands in it as it is.
 */
function parseUsual(raw: string): Query | undefined {
  const signedEnd = raw.indexOf(lastParameter);
  const signature = raw.slice(signedEnd + lastParameter.length);
  if (signedEnd < 0 || signature.includes('&') || raw.includes('%') || raw.includes('[')) return undefined;
  const parameters = new Map<string, string>();
  let last = '';
  for (let start = 0; start < signedEnd; ) {
    const end = endOf(raw, '&', start, signedEnd);
    const equals = raw.indexOf('=', start);
    const name = raw.slice(start, equals);
    if (equals > end || name <= last || name === signatureParameter || name !== name.toLowerCase()) return undefined;
    parameters.set(name, raw.slice(equals + 1, end));
    last = name;
    start = end + 1;
  }
  parameters.set(signatureParameter, signature);
  return { parameters, hasRepeats: false, canonical: [raw.slice(0, signedEnd)] };
}

function parseAny(raw: string): Query {
  const parameters = new Map<string, string>();
  const lists = new Set<string>();
  let hasRepeats = false;
  for (let start = 0; start < raw.length; ) {
    const end = endOf(raw, '&', start, raw.length);
    const equals = endOf(raw, '=', start, end);
    const name = decode(raw.slice(start, equals)).toLowerCase();
    const value = decode(raw.slice(equals + 1, end));
    start = end + 1;
    if (name.endsWith(']') && brackets.test(name)) addToList(parameters, lists, name.replace(brackets, ''), value);
    else {
      hasRepeats ||= parameters.has(name);
      parameters.set(name, value);
    }
  }
  const names = signedNames(parameters);
  const plain = canonicalise(parameters, names, (name) => name);
  if (lists.size === 0) return { parameters, hasRepeats, canonical: [plain] };
  return { parameters, hasRepeats, canonical: [plain, canonicalise(parameters, names, (name) => (lists.has(name) ? `${name}[]` : name))] };
}

/** Where the character is, or `end` when it does not come before. */
function endOf(text: string, character: string, start: number, end: number): number {
  const index = text.indexOf(character, start);
  return index < 0 || index > end ? end : index;
}

function addToList(parameters: Map<string, string>, lists: Set<string>, name: string, value: string): void {
  lists.add(name);
  const list = parameters.get(name);
  parameters.set(name, list === undefined ? value : `${list},${value}`);
}

/** What the signature covers, sorted. SDKs sort before they send, and looking costs a fifth of sorting. */
function signedNames(parameters: ReadonlyMap<string, string>): readonly string[] {
  const names: string[] = [];
  let isSorted = true;
  for (const name of parameters.keys()) {
    if (name === signatureParameter) continue;
    isSorted &&= names.length === 0 || name > (names.at(-1) ?? '');
    names.push(name);
  }
  return isSorted ? names : names.sort();
}

/** `written` is how an SDK writes a name. */
function canonicalise(parameters: ReadonlyMap<string, string>, names: readonly string[], written: (name: string) => string): string {
  let text = '';
  for (const name of names) text += `${text === '' ? '' : '&'}${written(name)}=${parameters.get(name)}`;
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
