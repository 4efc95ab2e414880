/** One entry of an app's list of origins. */
export type OriginPattern =
  /** Everything, a missing origin included. */
  | { readonly type: 'any' }
  /** What sandboxed frames and local files send: the word `null`. */
  | { readonly type: 'null' }
  | {
      readonly type: 'host';
      /** Without a colon; `undefined` for any. */
      readonly scheme: string | undefined;
      /** Lower case, in ASCII. */
      readonly host: string;
      /** Whether subdomains of `host` are meant, and not itself. */
      readonly isWildcard: boolean;
      /** Empty for a scheme without a usual port; `undefined` for any. */
      readonly port: string | undefined;
    };

/** Which origins may connect. */
export interface AllowedOrigins {
  readonly patterns: readonly OriginPattern[];
  /** Whether clients that are no browsers, which send no origin, may. */
  readonly allowsMissing: boolean;
}

interface Origin {
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
}

const usualPorts: ReadonlyMap<string, string> = new Map([
  ['http', '80'],
  ['ws', '80'],
  ['https', '443'],
  ['wss', '443'],
]);

const patternShape = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*\.)?([^\s/?#@:[\]*%\\]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?\/?$/i;
const originShape = /^([a-z][a-z0-9+.-]*):\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?\/?$/;

/**
 * Reads an entry: `https://example.com`, `https://*.example.com:8443`, a host alone (any scheme, any port unless given), `null`, or `*`.
 * `undefined` when it is none of these.
 */
export function parseOriginPattern(text: string): OriginPattern | undefined {
  if (text === '*') return { type: 'any' };
  if (text === 'null') return { type: 'null' };
  const [, schemeText, star, name = '', port] = patternShape.exec(text) ?? [];
  const host = asciiHost(name);
  if (host === undefined) return undefined;
  const scheme = schemeText?.toLowerCase();
  return { type: 'host', scheme, host, isWildcard: star !== undefined, port: scheme === undefined ? port : portOf(scheme, port) };
}

/** Whether a handshake with this `Origin` header may connect. Whatever is not exactly an origin is none. */
export function allowsOrigin({ patterns, allowsMissing }: AllowedOrigins, header: string | undefined): boolean {
  if (patterns.some(({ type }) => type === 'any')) return true;
  if (header === undefined) return allowsMissing;
  if (header === 'null') return patterns.some(({ type }) => type === 'null');
  const origin = parseOrigin(header);
  return origin !== undefined && patterns.some((pattern) => matches(pattern, origin));
}

/**
 * Whether pages of this origin may use cookies. Only of one that the list names: a missing origin, `null`, which every page can send from a sandboxed
 * frame, and `*` are good for those who bring a token of their own, and for nobody else.
 */
export function allowsCredentials(origins: AllowedOrigins | undefined, header: string | undefined): boolean {
  if (origins === undefined || header === undefined || header === 'null') return false;
  return allowsOrigin({ patterns: origins.patterns.filter(({ type }) => type === 'host'), allowsMissing: false }, header);
}

function matches(pattern: OriginPattern, { scheme, host, port }: Origin): boolean {
  if (pattern.type !== 'host') return false;
  if (pattern.scheme !== undefined && pattern.scheme !== scheme) return false;
  if (pattern.port !== undefined && pattern.port !== port) return false;
  return pattern.isWildcard ? host.endsWith(`.${pattern.host}`) && !host.startsWith('.') : host === pattern.host;
}

function parseOrigin(header: string): Origin | undefined {
  const [, scheme, host, port] = originShape.exec(header.toLowerCase()) ?? [];
  return scheme === undefined || host === undefined ? undefined : { scheme, host, port: portOf(scheme, port) };
}

function portOf(scheme: string, port: string | undefined): string {
  return port === undefined ? (usualPorts.get(scheme) ?? '') : String(Number(port));
}

/** A host as browsers send it: lower case, international names in their ASCII form, addresses in their shortest. */
function asciiHost(name: string): string | undefined {
  const url = `http://${name}`;
  return name !== '' && URL.canParse(url) ? new URL(url).hostname : undefined;
}
