/** Where a piece of work belongs in the trace of whoever caused it, as W3C Trace Context writes it. Both are safe to be sent on. */
export interface TraceContext {
  /** Version 00. */
  readonly traceparent: string;
  /** Empty when there is none. */
  readonly tracestate: string;
}

// The first version; a later one may go on behind a dash, and is read as this one.
const parentPattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const noTrace = '0'.repeat(32);
const noSpan = '0'.repeat(16);
/** Sampled, and random: what later versions add is unknown. */
const knownFlags = 0b11;

const maxMembers = 32;
/** More need not be sent on; then long members go first, and the last ones. */
const maxStateCharacters = 512;
const longMemberCharacters = 128;
const maxHeaderCharacters = 8192;
const memberPattern = /^([a-z0-9][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})=([ -+\--<>-~]{0,255}[!-+\--<>-~])$/;

/**
 * Reads the headers of a request. `undefined` when `traceparent` is missing or malformed: then `tracestate` means nothing either. A malformed
 * `tracestate` alone is left out.
 */
export function parseTraceContext(traceparent: string, tracestate: string): TraceContext | undefined {
  const match = parentPattern.exec(traceparent.trim());
  if (match === null) return undefined;
  const [, version = '', traceId = '', spanId = '', flags = '', rest] = match;
  if (version === 'ff' || (version === '00' && rest !== undefined) || traceId === noTrace || spanId === noSpan) return undefined;
  const known = (Number.parseInt(flags, 16) & knownFlags).toString(16).padStart(2, '0');
  return { traceparent: `00-${traceId}-${spanId}-${known}`, tracestate: parseState(tracestate) };
}

/** Empty unless every member is well-formed and no key occurs twice. */
function parseState(text: string): string {
  if (text === '' || text.length > maxHeaderCharacters) return '';
  const members = text
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
  const keys = new Set(members.map((member) => memberPattern.exec(member)?.[1]));
  if (members.length > maxMembers || keys.size < members.length || keys.has(undefined)) return '';
  return shorten(members).join(',');
}

function shorten(members: readonly string[]): readonly string[] {
  const kept = [...members];
  while (kept.join(',').length > maxStateCharacters) {
    const long = kept.findLastIndex((member) => member.length > longMemberCharacters);
    kept.splice(long < 0 ? kept.length - 1 : long, 1);
  }
  return kept;
}
