import { errors, PusherError } from '../protocol/error.ts';
import { checkProtocol } from '../protocol/handshake.ts';
import { type App, usableKey } from './app.ts';
import type { Engine } from './engine.ts';

/** What a WebSocket handshake asks for. */
export interface Handshake {
  readonly key: string;
  /** The `protocol` parameter as it came. */
  readonly protocol: string | undefined;
}

type Reason = keyof typeof errors;

/**
 * Decides whether a handshake becomes a connection (protocol clauses 1.1, 1.4), and counts it into the app's quota if so. Whoever gets an
 * app must release it. A refusal is a value, because it is what happens to strangers all day.
 */
export async function admit(engine: Pick<Engine, 'apps' | 'quota' | 'log'>, { key, protocol }: Handshake): Promise<App | PusherError> {
  const unsupported = checkProtocol(protocol);
  if (unsupported !== undefined) return new PusherError(unsupported);
  try {
    const admitted = await decide(engine, key);
    return typeof admitted === 'string' ? new PusherError(admitted, `${errors[admitted][1]}: ${describeKey(key)}`) : admitted;
  } catch (cause) {
    engine.log.error({ err: cause }, 'the handshake could not be decided');
    return new PusherError('OVER_CAPACITY', undefined, { cause }); // clients come back after a second
  }
}

async function decide({ apps, quota }: Pick<Engine, 'apps' | 'quota'>, key: string): Promise<App | Reason> {
  const app = await apps.byKey(key);
  if (app === undefined || usableKey(app, key) === undefined) return 'UNKNOWN_APP';
  if (!app.enabled) return 'APP_DISABLED';
  return (await quota.acquire(app.id, app.maxConnections)) ? app : 'OVER_QUOTA';
}

function describeKey(key: string): string {
  return `key ${JSON.stringify(key.slice(0, 64))}`;
}
