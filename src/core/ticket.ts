import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { App, AppKey } from './app.ts';
import type { TokenFault } from './identity.ts';

/** What of an app is needed for tickets. */
export type TicketApp = Pick<App, 'id' | 'keys'>;

/** What leads a ticket in front of `/app/KEY`: `wsPath: '/t/<ticket>'`. */
export const ticketPathPrefix = '/t/';

const cipher = 'aes-256-gcm';
const saltBytes = 16;
const tagBytes = 16;
const keyBytes = 32;
const nonceBytes = 12;
const timeBytes = 6;
const overheadBytes = saltBytes + tagBytes + timeBytes;
/** Beyond every token that is accepted (8 KB), and within the head of a request. */
const maxTicketCharacters = 11_264;
const shape = /^[A-Za-z0-9_-]+$/;

/**
 * Seals a token into text that may stand in a URL: clients that cannot send headers connect with it until `expiresAt`, in milliseconds since the
 * epoch, as often as they like, on any node. Only the app's secret opens it, so that a URL in somebody's log is not the token. It ends with the token:
 * by its `exp`, and by its revocation. `undefined` when the token is too long for a URL.
 */
export function issueTicket(app: TicketApp, token: string, expiresAt: number): string | undefined {
  const key = app.keys.find(({ status }) => status === 'active');
  const length = Math.ceil(((overheadBytes + Buffer.byteLength(token)) * 4) / 3);
  if (key === undefined || length > maxTicketCharacters) return undefined;
  const salt = randomBytes(saltBytes);
  const time = Buffer.alloc(timeBytes);
  time.writeUIntBE(expiresAt, 0, timeBytes);
  const { secret, nonce } = derive(key, app, salt);
  const sealing = createCipheriv(cipher, secret, nonce);
  const sealed = [sealing.update(time), sealing.update(token, 'utf8'), sealing.final()];
  return Buffer.concat([salt, sealing.getAuthTag(), ...sealed]).toString('base64url');
}

/** The token in a ticket, which is still to be verified, or why there is none. `now` in milliseconds since the epoch. */
export function openTicket(app: TicketApp, ticket: string, now: number): string | TokenFault {
  if (ticket.length > maxTicketCharacters) return { reason: 'too-large', message: 'The ticket is too long' };
  const bytes = shape.test(ticket) ? Buffer.from(ticket, 'base64url') : Buffer.alloc(0);
  if (bytes.length <= overheadBytes) return unreadable;
  const opened = app.keys.filter(({ status }) => status !== 'revoked').map((key) => unseal(key, app, bytes));
  const content = opened.find((text) => text !== undefined);
  if (content === undefined) return unreadable;
  if (content.readUIntBE(0, timeBytes) <= now) return { reason: 'expired', message: 'The ticket has expired' };
  return content.toString('utf8', timeBytes);
}

const unreadable: TokenFault = { reason: 'malformed', message: 'The ticket is not one of this application' };

function unseal(key: AppKey, app: TicketApp, bytes: Buffer): Buffer | undefined {
  const { secret, nonce } = derive(key, app, bytes.subarray(0, saltBytes));
  const opening = createDecipheriv(cipher, secret, nonce, { authTagLength: tagBytes });
  opening.setAuthTag(bytes.subarray(saltBytes, saltBytes + tagBytes));
  const content = opening.update(bytes.subarray(saltBytes + tagBytes));
  try {
    return Buffer.concat([content, opening.final()]);
  } catch {
    return undefined; // the tag does not fit: another key, or no ticket at all
  }
}

/** Key and nonce of one ticket. Both come from its salt, so no two tickets share them; the label keeps them apart from all else that is signed. */
function derive({ secret }: AppKey, { id }: TicketApp, salt: Buffer): { readonly secret: Buffer; readonly nonce: Buffer } {
  const bytes = createHmac('sha512', secret).update(`clarion ticket 1 ${id}\n`).update(salt).digest();
  return { secret: bytes.subarray(0, keyBytes), nonce: bytes.subarray(keyBytes, keyBytes + nonceBytes) };
}
