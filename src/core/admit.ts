import { errors, PusherError } from '../protocol/error.ts';
import { checkProtocol } from '../protocol/handshake.ts';
import { type App, usableKey } from './app.ts';
import type { LimitReason } from './counters.ts';
import type { Engine } from './engine.ts';
import { allowsOrigin } from './origin.ts';
import { QuotaUncertain } from './ports.ts';

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
}

type Reason = keyof typeof errors;
type Admitting = Pick<Engine, 'apps' | 'quota' | 'counters' | 'log'>;

const counted: { readonly [R in Reason]?: LimitReason } = { OVER_QUOTA: 'appConnections', ORIGIN_NOT_ALLOWED: 'origin', TLS_ONLY: 'tlsOnly' };

/**
 * Decides whether a handshake becomes a connection (protocol clauses 1.1, 1.4), and counts it into the app's quota if so. Whoever gets an
 * app must release it. A refusal is a value, because it is what happens to strangers all day.
 */
export async function admit(engine: Admitting, handshake: Handshake): Promise<App | PusherError> {
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

async function decide({ apps, quota }: Pick<Engine, 'apps' | 'quota'>, { key, origin, transport }: Handshake): Promise<App | Reason> {
  const app = await apps.byKey(key);
  if (app === undefined || usableKey(app, key) === undefined) return 'UNKNOWN_APP';
  if (!app.enabled) return 'APP_DISABLED';
  if (app.tlsOnly && transport !== 'tls') return 'TLS_ONLY';
  if (app.allowedOrigins !== undefined && !allowsOrigin(app.allowedOrigins, origin)) return 'ORIGIN_NOT_ALLOWED';
  return (await quota.acquire(app.id, app.maxConnections)) ? app : 'OVER_QUOTA';
}

function describeKey(key: string): string {
  return `key ${JSON.stringify(key.slice(0, 64))}`;
}
