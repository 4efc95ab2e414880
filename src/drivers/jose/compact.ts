import type { TokenFault } from '../../core/identity.ts';

/** The parts of a header that count here. */
interface TokenHeader {
  readonly alg: string;
  readonly kid: string | undefined;
}

/** A token taken apart, nothing of it believed yet. */
export interface CompactToken {
  readonly header: TokenHeader;
  /** Three parts are signed, five are encrypted. */
  readonly isEncrypted: boolean;
}

/** Of a token as it arrives, before anything of it is parsed. */
export const maxTokenBytes = 8192;
const maxKidCharacters = 256;

const signedShape = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** With `dir` there is no encrypted key: the second part is empty. */
const encryptedShape = /^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/;

/** They would bring a key, change what is signed, or make a reader unpack something. None is needed, so none is tolerated. */
const refusedMembers = ['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c', 'zip'] as const;

/** Other kinds of tokens that one issuer may sign with the same key (RFC 8725, section 3.11). */
const acceptedTypes: ReadonlySet<string> = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']);

/** Reads a token in compact form, as strictly as the standards allow: one token has one spelling. */
export function readCompact(token: string): CompactToken | TokenFault {
  if (token === '') return { reason: 'missing', message: 'There is no token' };
  // What holds other characters than ASCII is longer in bytes, and refused all the same.
  if (token.length > maxTokenBytes) return { reason: 'too-large', message: `The token is larger than ${maxTokenBytes} bytes` };
  const isEncrypted = encryptedShape.test(token);
  if (!isEncrypted && !signedShape.test(token)) return malformed('it is not a JSON Web Token in compact form');
  const parts = token.split('.');
  if (!parts.every(isCanonical)) return malformed('its base64url is not canonical');
  const header = parseObject(Buffer.from(parts[0] ?? '', 'base64url'));
  if (header === undefined) return malformed('its header is not a JSON object');
  return checkHeader(header, isEncrypted);
}

/** A JSON object in bytes of UTF-8, if it is one. A name that is there twice has its last value, here and wherever else the object is read. */
export function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(decodeText(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Throws for what is not UTF-8. A byte order mark stays, and makes the text no JSON. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

export function malformed(why: string): TokenFault {
  return { reason: 'malformed', message: `The token cannot be read: ${why}` };
}

function checkHeader(header: Readonly<Record<string, unknown>>, isEncrypted: boolean): CompactToken | TokenFault {
  const { alg, kid, typ } = header;
  if (typeof alg !== 'string') return malformed('its header names no algorithm');
  const refused = refusedMembers.find((name) => Object.hasOwn(header, name));
  if (refused !== undefined) return malformed(`its header has ${refused}, which is not accepted`);
  if (typ !== undefined && !(typeof typ === 'string' && acceptedTypes.has(typ.toLowerCase()))) return malformed('its typ is neither JWT nor at+jwt');
  if (kid !== undefined && !(typeof kid === 'string' && kid.length <= maxKidCharacters)) {
    return malformed(`its kid is not a text of at most ${maxKidCharacters} characters`);
  }
  return { header: { alg, kid }, isEncrypted };
}

/** Whether there is no other way to write the same bytes. */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}
