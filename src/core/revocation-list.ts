import type { Identity } from './identity.ts';
import type { Clock } from './ports.ts';
import type { Revocation } from './revocation.ts';

/** What is kept of one app at most; about 20 MB. */
const maxRevocationsPerApp = 100_000;

/** What other nodes accept while they do not know of each other's: nothing that was confirmed may be left out. */
const spareShare = 0.1;

const secondsBetweenSweeps = 60;
/** Of an app that is full: each one looks at all that it has. */
const millisecondsBetweenLooks = 1000;

interface RevokedUser {
  readonly issuedUntil: number;
  readonly endsAt: number;
}

interface RevokedOfApp {
  readonly users: Map<string, RevokedUser>;
  /** Token id -> end. */
  readonly tokens: Map<string, number>;
  /** When it was last looked for what has ended. */
  sweptAt: number;
}

/** What this node knows to be revoked. An entry goes when it has ended; there is a most for each app, so that none can fill the memory. */
export class RevocationList {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #most: number;
  readonly #apps = new Map<string, RevokedOfApp>();
  #ticks = 0;

  constructor(clock: Pick<Clock, 'now'>, most = maxRevocationsPerApp) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Whether the app may revoke this, too. What is revoked already may be again. */
  hasRoom(revocation: Revocation): boolean {
    return this.#hasRoom(revocation, this.#most);
  }

  /** Returns whether this says anything new. What was revoked on several nodes at once is taken somewhat beyond the most. */
  add(revocation: Revocation): boolean {
    const { appId, endsAt } = revocation;
    const now = this.#clock.now();
    if (endsAt <= now || !this.#hasRoom(revocation, Math.floor(this.#most * (1 + spareShare)))) return false;
    const app = this.#apps.get(appId) ?? { users: new Map<string, RevokedUser>(), tokens: new Map<string, number>(), sweptAt: now };
    this.#apps.set(appId, app);
    if (revocation.type === 'user') return addUser(app.users, revocation.userId, revocation);
    const known = app.tokens.get(revocation.tokenId) ?? 0;
    if (known >= endsAt) return false;
    app.tokens.set(revocation.tokenId, endsAt);
    return true;
  }

  /** Whether the token is revoked, by its id or with its user. A token that does not say when it was issued is as old as can be. */
  has(appId: string, { tokenId, user, issuedAt }: Pick<Identity, 'tokenId' | 'user' | 'issuedAt'>): boolean {
    const app = this.#apps.get(appId);
    if (app === undefined) return false;
    const now = this.#clock.now();
    if (tokenId !== undefined && (app.tokens.get(tokenId) ?? 0) > now) return true;
    const revoked = app.users.get(user.member.userId);
    return revoked !== undefined && revoked.endsAt > now && issuedAt <= revoked.issuedUntil;
  }

  /** What has not ended. */
  *all(): Iterable<Revocation> {
    const now = this.#clock.now();
    for (const [appId, { users, tokens }] of this.#apps) {
      for (const [userId, { issuedUntil, endsAt }] of users) if (endsAt > now) yield { type: 'user', appId, userId, issuedUntil, endsAt };
      for (const [tokenId, endsAt] of tokens) if (endsAt > now) yield { type: 'token', appId, tokenId, endsAt };
    }
  }

  /** Called once a second. */
  tick(): void {
    this.#ticks += 1;
    if (this.#ticks % secondsBetweenSweeps === 0) for (const appId of [...this.#apps.keys()]) this.#sweep(appId);
  }

  #hasRoom(revocation: Revocation, most: number): boolean {
    const app = this.#apps.get(revocation.appId);
    if (app === undefined || sizeOf(app) < most || isKnown(app, revocation)) return true;
    // The clock may have been set back.
    if (Math.abs(this.#clock.now() - app.sweptAt) >= millisecondsBetweenLooks) this.#sweep(revocation.appId);
    return sizeOf(app) < most;
  }

  #sweep(appId: string): void {
    const app = this.#apps.get(appId);
    if (app === undefined) return;
    const now = this.#clock.now();
    app.sweptAt = now;
    for (const [userId, { endsAt }] of app.users) if (endsAt <= now) app.users.delete(userId);
    for (const [tokenId, endsAt] of app.tokens) if (endsAt <= now) app.tokens.delete(tokenId);
    if (sizeOf(app) === 0) this.#apps.delete(appId);
  }
}

function addUser(users: Map<string, RevokedUser>, userId: string, { issuedUntil, endsAt }: RevokedUser): boolean {
  const known = users.get(userId);
  if (known !== undefined && known.issuedUntil >= issuedUntil && known.endsAt >= endsAt) return false;
  users.set(userId, { issuedUntil: Math.max(issuedUntil, known?.issuedUntil ?? 0), endsAt: Math.max(endsAt, known?.endsAt ?? 0) });
  return true;
}

function isKnown({ users, tokens }: RevokedOfApp, revocation: Revocation): boolean {
  return revocation.type === 'user' ? users.has(revocation.userId) : tokens.has(revocation.tokenId);
}

function sizeOf({ users, tokens }: RevokedOfApp): number {
  return users.size + tokens.size;
}
