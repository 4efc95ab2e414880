import type { Member } from '../protocol/member.ts';

/** A member's two places in the roster, already escaped for the inside of a JSON string. */
interface Fragment {
  readonly id: string;
  readonly entry: string;
}

/** The lists of ids and of members, serialised. */
interface Lists {
  readonly ids: string;
  readonly entries: string;
}

const noLists: Lists = { ids: '', entries: '' };

/**
 * The distinct users of a presence channel over all nodes (protocol clause 3.2). A registry keeps it current; it is read in the tick in which
 * it is sent, so a newcomer misses nobody. Its serialised form is shared by all joins between two changes, and newcomers are added at its end: in
 * a storm of joins it would otherwise be written as often as it has members.
 */
export class Roster {
  readonly #fragments = new Map<string, Fragment>();
  #written = noLists;
  /** Those who are not in `#written` yet; absent when somebody has left it, so that all have to be written. */
  #unwritten: Fragment[] | undefined = [];

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
    const fragment = { id, entry: `${id}:${inString(userInfo)}` };
    this.#fragments.set(userId, fragment);
    this.#unwritten?.push(fragment);
  }

  /** Whether the user was there. */
  remove(userId: string): boolean {
    if (!this.#fragments.delete(userId)) return false;
    this.#written = noLists;
    this.#unwritten = undefined;
    return true;
  }

  userIds(): readonly string[] {
    return [...this.#fragments.keys()];
  }

  /** The data of `subscription_succeeded`, escaped for its place inside a JSON string. */
  get presence(): string {
    const { ids, entries } = this.#write();
    return `{\\"presence\\":{\\"ids\\":[${ids}],\\"hash\\":{${entries}},\\"count\\":${this.#fragments.size}}}`;
  }

  #write(): Lists {
    const fragments = this.#unwritten ?? [...this.#fragments.values()];
    if (fragments.length === 0) return this.#written;
    const ids = append(this.#written.ids, fragments, 'id');
    const entries = append(this.#written.entries, fragments, 'entry');
    this.#unwritten = [];
    this.#written = { ids, entries };
    return this.#written;
  }
}

function append(list: string, fragments: readonly Fragment[], part: keyof Fragment): string {
  const more = fragments.map((fragment) => fragment[part]).join(',');
  return list === '' ? more : [list, more].join(','); // unlike a concatenation, one flat text
}

function inString(json: string): string {
  return JSON.stringify(json).slice(1, -1);
}
