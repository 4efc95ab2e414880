import type { Events } from '../core/events.ts';
import type { TokenFaultReason } from '../core/identity.ts';
import type { ErrorReason } from '../protocol/error.ts';
import { type CloseReason, closeReasonOf } from './close-reason.ts';

/** What the connections of an app went through since the start. */
interface Turnover {
  opened: number;
  readonly closed: Map<CloseReason, number>;
}

/** Where somebody could not say who they are, or may not do what they want. */
export const authFailureKinds = ['handshake', 'channel', 'sign_in', 'http', 'token'] as const;

type AuthFailureKind = (typeof authFailureKinds)[number];

const unauthorized = 401;
const signInRefusals: ReadonlySet<ErrorReason> = new Set(['UNAUTHORIZED']);
const strangers: ReadonlySet<ErrorReason> = new Set(['UNKNOWN_APP', 'ORIGIN_NOT_ALLOWED']);

/** Counts what happens now and then; what happens all the time counts itself in passing. */
export class EventCounts {
  readonly turnover = new Map<string, Turnover>();
  readonly refusedHandshakes = new Map<ErrorReason, number>();
  readonly authFailures = new Map<AuthFailureKind, number>();
  readonly refusedTokens = new Map<TokenFaultReason, number>();

  constructor(events: Pick<Events, 'listen'>) {
    events.listen('connected', ({ appId }) => {
      this.#turnoverOf(appId).opened += 1;
    });
    events.listen('disconnected', ({ appId, code }) => raise(this.#turnoverOf(appId).closed, closeReasonOf(code)));
    events.listen('connection_refused', ({ kind }) => {
      raise(this.refusedHandshakes, kind);
      if (strangers.has(kind)) raise(this.authFailures, 'handshake');
    });
    events.listen('subscription_refused', ({ status }) => this.#failed('channel', status === unauthorized));
    events.listen('message_refused', ({ kind }) => this.#failed('sign_in', signInRefusals.has(kind)));
    events.listen('request_refused', ({ status }) => this.#failed('http', status === unauthorized));
    events.listen('token_refused', ({ reason }) => {
      raise(this.refusedTokens, reason);
      raise(this.authFailures, 'token');
    });
  }

  #failed(kind: AuthFailureKind, isSo: boolean): void {
    if (isSo) raise(this.authFailures, kind);
  }

  /** By the app's id, which is one that the store knows. */
  #turnoverOf(appId: string): Turnover {
    const known = this.turnover.get(appId);
    if (known !== undefined) return known;
    const turnover: Turnover = { opened: 0, closed: new Map() };
    this.turnover.set(appId, turnover);
    return turnover;
  }
}

function raise<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
