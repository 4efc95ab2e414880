import type { Member } from '../protocol/member.ts';

/** A member's two places in the roster, already escaped for the inside of a JSON string. */
interface Fragment {
  readonly id: string;
  readonly entry: string;
}

/**
 * The distinct users of a presence channel over all nodes (protocol clause 3.2). A registry keeps it current; it is read in the tick in which
 * it is sent, so a newcomer misses nobody. Its serialised form is shared by all joins between two changes.
 */
export class Roster {
  readonly #fragments = new Map<string, Fragment>();
  #presence: string | undefined;

  get size(): number {
    return this.#fragments.size;
  }

  has(userId: string): boolean {
    return this.#fragments.has(userId);
  }

  /** Ignored when the user is there already: the first `user_info` stays. */
  add({ userId, userInfo }: Member): void {
    if (this.#fragments.has(userId)) return;
    const id = inString(JSON.stringify(userId));
    this.#fragments.set(userId, { id, entry: `${id}:${inString(userInfo)}` });
    this.#presence = undefined;
  }

  /** Whether the user was there. */
  remove(userId: string): boolean {
    this.#presence = undefined;
    return this.#fragments.delete(userId);
  }

  userIds(): readonly string[] {
    return [...this.#fragments.keys()];
  }

  /** The data of `subscription_succeeded`, escaped for its place inside a JSON string. */
  get presence(): string {
    this.#presence ??= this.#serialise();
    return this.#presence;
  }

  #serialise(): string {
    const fragments = [...this.#fragments.values()];
    const ids = fragments.map((fragment) => fragment.id).join(',');
    const hash = fragments.map((fragment) => fragment.entry).join(',');
    return `{\\"presence\\":{\\"ids\\":[${ids}],\\"hash\\":{${hash}},\\"count\\":${fragments.length}}}`;
  }
}

function inString(json: string): string {
  return JSON.stringify(json).slice(1, -1);
}
