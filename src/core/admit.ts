import { errors, PusherError } from '../protocol/error.ts';
import { checkProtocol } from '../protocol/handshake.ts';
import { type App, usableKey } from './app.ts';
import { authenticateToken } from './authenticate-token.ts';
import type { LimitReason } from './counters.ts';
import { type Credentials, findToken } from './credentials.ts';
import type { Engine } from './engine.ts';
import { type Identity, isFault, type TokenFault } from './identity.ts';
import type { JwtSettings } from './jwt-settings.ts';
import { allowsCredentials, allowsOrigin } from './origin.ts';
import { QuotaUncertain } from './ports.ts';
import { refuseToken } from './refuse-token.ts';

/** How a handshake came. `claimed`: somebody who is not believed says that there was TLS. */
export type Transport = 'tls' | 'plain' | 'claimed';

/** What a WebSocket handshake asks for. */
export interface Handshake {
  readonly key: string;
  /** The `protocol` parameter as it came. */
  readonly protocol: string | undefined;
  /** The `Origin` header, if there is one. */
  readonly origin?: string | undefined;
  /** `plain` when absent. */
  readonly transport?: Transport;
  /** Absent when no app of this server takes tokens. */
  readonly credentials?: Credentials | undefined;
}

/** What a handshake became. */
export interface Admitted {
  readonly app: App;
  /** Whom its token stands for, if it brought one. */
  readonly identity: Identity | undefined;
  /** Whether the token has to come by message. */
  readonly awaitsToken: boolean;
}

type Reason = keyof typeof errors;
type Admitting = Pick<Engine, 'apps' | 'quota' | 'counters' | 'clock' | 'events' | 'log' | 'tokens' | 'revoked'>;
type Bearer = Pick<Admitted, 'identity' | 'awaitsToken'>;

const nobody: Bearer = { identity: undefined, awaitsToken: false };
const awaited: Bearer = { identity: undefined, awaitsToken: true };
const missing: TokenFault = { reason: 'missing', message: 'This application wants a token' };

const counted: { readonly [R in Reason]?: LimitReason } = { OVER_QUOTA: 'appConnections', ORIGIN_NOT_ALLOWED: 'origin', TLS_ONLY: 'tlsOnly' };

/**
 * Decides whether a handshake becomes a connection (protocol clauses 1.1, 1.4), and counts it into the app's quota if so. Whoever gets an
 * app must release it. A refusal is a value, because it is what happens to strangers all day.
 */
export async function admit(engine: Admitting, handshake: Handshake): Promise<Admitted | PusherError> {
  const unsupported = checkProtocol(handshake.protocol);
  if (unsupported !== undefined) return new PusherError(unsupported);
  try {
    const admitted = await decide(engine, handshake);
    if (typeof admitted !== 'string') return admitted;
    const counter = counted[admitted];
    if (counter !== undefined) engine.counters[counter] += 1;
    return new PusherError(admitted, `${errors[admitted][1]}: ${describeKey(handshake.key)}`);
  } catch (cause) {
    if (!(cause instanceof QuotaUncertain)) engine.log.error({ err: cause }, 'the handshake could not be decided');
    return new PusherError('OVER_CAPACITY', undefined, { cause }); // clients come back after a second
  }
}

async function decide(engine: Admitting, handshake: Handshake): Promise<Admitted | PusherError | Reason> {
  const { key, origin, transport } = handshake;
  const app = await engine.apps.byKey(key);
  if (app === undefined || usableKey(app, key) === undefined) return 'UNKNOWN_APP';
  if (!app.enabled) return 'APP_DISABLED';
  if (app.tlsOnly && transport !== 'tls') return 'TLS_ONLY';
  if (app.allowedOrigins !== undefined && !allowsOrigin(app.allowedOrigins, origin)) return 'ORIGIN_NOT_ALLOWED';
  const bearer = app.jwt === undefined || app.jwt.mode === 'off' ? nobody : await authenticate(engine, app, app.jwt, handshake);
  if (typeof bearer === 'string' || bearer instanceof PusherError) return bearer;
  const { identity, awaitsToken } = bearer;
  return (await engine.quota.acquire(app.id, app.maxConnections)) ? { app, identity, awaitsToken } : 'OVER_QUOTA';
}

/** Who brings a token stands or falls with it, even where none is needed. */
async function authenticate(engine: Admitting, app: App, jwt: JwtSettings, handshake: Handshake): Promise<Bearer | PusherError | Reason> {
  const found = handshake.credentials && findToken(app, jwt, handshake.credentials, engine.clock.now());
  if (found === undefined) {
    if (jwt.mode === 'optional') return nobody;
    return jwt.sources.includes('message') ? awaited : refuseToken(engine, app, missing);
  }
  if (isFault(found)) return refuseToken(engine, app, found);
  // Browsers send cookies along for any page.
  if (found.source === 'cookie' && !allowsCredentials(app.allowedOrigins, handshake.origin)) return 'ORIGIN_NOT_ALLOWED';
  const identity = await authenticateToken(engine, app, found.token);
  return isFault(identity) ? refuseToken(engine, app, identity) : { identity, awaitsToken: false };
}

function describeKey(key: string): string {
  return `key ${JSON.stringify(key.slice(0, 64))}`;
}
