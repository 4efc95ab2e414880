import { randomUUID } from 'node:crypto';
import type { Hub } from '../core/hub.ts';
import type { Broker } from '../core/ports.ts';
import { type Note, readNote } from './note.ts';

/** No channel's: app ids have no `#`. */
const topic = '#feed/notes';

type Unsent<Kind> = Kind extends Note ? Omit<Kind, 'from'> : never;

/** Carries notes to all other nodes the way events go, at most once. A broker that is away costs the feed its lines, and nobody else anything. */
export class Notes {
  readonly #broker: Pick<Broker, 'relay'>;
  readonly #id = randomUUID();

  constructor({ broker, hub }: { readonly broker: Pick<Broker, 'relay'>; readonly hub: Pick<Hub, 'listen'> }, receive: (note: Note) => void) {
    this.#broker = broker;
    hub.listen(topic, (frame) => {
      const note = readNote(frame);
      if (note !== undefined && note.from !== this.#id) receive(note);
    });
  }

  /** Never fails. */
  send(note: Unsent<Note>): void {
    void this.#broker.relay({ topic, frame: JSON.stringify({ ...note, from: this.#id }) });
  }
}
