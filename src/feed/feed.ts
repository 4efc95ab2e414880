import { randomUUID } from 'node:crypto';
import type { App } from '../core/app.ts';
import type { Engine } from '../core/engine.ts';
import type { FeedWishes, LineWriter, LiveFeed, OpenFeed } from '../core/live-feed.ts';
import type { RequestFault } from '../protocol/trigger.ts';
import { type FeedFilter, parseFilter } from './filter.ts';
import type { FeedLine } from './line.ts';
import type { Note } from './note.ts';
import { Notes } from './notes.ts';
import { Reader } from './reader.ts';
import { RemoteReader } from './remote-reader.ts';
import { Selection } from './selection.ts';
import type { FeedSettings } from './settings.ts';
import { Surveys } from './surveys.ts';
import { Watches } from './watches.ts';

export interface FeedOptions {
  readonly engine: Pick<Engine, 'apps' | 'broker' | 'clock' | 'events' | 'hub' | 'log'>;
  readonly settings: FeedSettings;
  /** How lines call this node. */
  readonly node: string;
}

/** A reader on this node. */
interface Open {
  readonly app: App;
  readonly wishes: FeedWishes;
  readonly reader: Reader;
  readonly selection: Selection;
}

/** Other nodes forget a reader of whom they do not hear. */
const renewTicks = 5;
/** Readers on other nodes. */
const maxRemoteReaders = 200;

/** What happens in an app, told to those who ask while they ask. Nodes tell each other, so that it does not matter which of them is asked. */
export class Feed implements LiveFeed {
  readonly #options: FeedOptions;
  readonly #watches: Watches;
  readonly #surveys: Surveys;
  readonly #notes: Notes;
  readonly #open = new Map<string, Open>();
  readonly #remote = new Map<string, RemoteReader>();
  #ticks = 0;
  #isClosed = false;

  constructor(options: FeedOptions) {
    const { engine, node } = options;
    this.#options = options;
    this.#watches = new Watches(engine.events);
    this.#notes = new Notes(engine, (note) => this.#receive(note));
    const ask = (survey: string, appId: string) => this.#notes.send({ type: 'survey', survey, appId });
    this.#surveys = new Surveys({ ...engine, node, watches: this.#watches, ask });
  }

  open(app: App, wishes: FeedWishes): OpenFeed | RequestFault {
    const { readersPerApp } = this.#options.settings;
    if (this.#isClosed) return { status: 503, error: 'The server is stopping' };
    const filter = parseFilter(wishes);
    if ('status' in filter) return filter;
    const readers = [...this.#open.values()].filter((open) => open.app.id === app.id).length;
    if (readers >= readersPerApp) return { status: 429, error: `The feed of this app already has ${readersPerApp} readers on this node` };
    return (writer) => this.#begin(app, wishes, filter, writer);
  }

  stats(app: App): Promise<string | RequestFault> {
    return this.#surveys.stats(app);
  }

  /** Called once a second. */
  tick(): void {
    this.#ticks += 1;
    for (const [id, { app, wishes, reader, selection }] of this.#open) {
      reader.leaveOut(selection.tick());
      reader.tick();
      if (this.#ticks % renewTicks === 0) this.#notes.send({ type: 'watch', reader: id, appId: app.id, wishes });
    }
    for (const [id, remote] of this.#remote) if (!remote.tick()) this.#forget(id);
    this.#surveys.tick();
  }

  /** Ends all readers, and takes no more. */
  close(): void {
    this.#isClosed = true;
    for (const [id, { reader }] of [...this.#open]) {
      reader.end('the server is stopping');
      this.#leave(id);
    }
    for (const id of [...this.#remote.keys()]) this.#forget(id);
  }

  #begin(app: App, wishes: FeedWishes, filter: FeedFilter, writer: LineWriter): () => void {
    const { engine, node, settings } = this.#options;
    const id = randomUUID();
    const reader = new Reader({ writer, clock: engine.clock, node, linesPerSecond: settings.linesPerSecond });
    const selection = this.#select(app, filter, (line) => reader.take(line));
    this.#open.set(id, { app, wishes, reader, selection });
    this.#watches.add(selection);
    this.#notes.send({ type: 'watch', reader: id, appId: app.id, wishes });
    return () => this.#leave(id);
  }

  #leave(id: string): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    this.#watches.remove(open.selection);
    this.#notes.send({ type: 'leave', reader: id });
  }

  #select(app: App, filter: FeedFilter, take: (line: FeedLine) => boolean): Selection {
    const { engine, node, settings } = this.#options;
    return new Selection({ app, filter, node, clock: engine.clock, settings, take });
  }

  #receive(note: Note): void {
    switch (note.type) {
      case 'watch':
        return this.#watch(note);
      case 'leave':
        return this.#forget(note.reader);
      case 'lines':
        return this.#show(note);
      case 'survey':
        return this.#answer(note);
      case 'surveyed':
        return this.#surveys.add(note.survey, note.stats);
    }
  }

  #show({ reader: id, lines, leftOut }: Note & { readonly type: 'lines' }): void {
    const reader = this.#open.get(id)?.reader;
    if (reader === undefined) return;
    reader.leaveOut(leftOut);
    for (const line of lines) if (!reader.take(line)) reader.leaveOut(1);
  }

  #watch({ reader, appId, wishes }: Note & { readonly type: 'watch' }): void {
    const known = this.#remote.get(reader);
    if (known !== undefined) return known.renew();
    const filter = parseFilter(wishes);
    if ('status' in filter) return;
    this.#withApp(appId, (app) => {
      if (this.#isClosed || this.#remote.has(reader) || this.#remote.size >= maxRemoteReaders) return;
      const send = (lines: readonly FeedLine[], leftOut: number) => this.#notes.send({ type: 'lines', reader, lines, leftOut });
      const remote = new RemoteReader({ select: (take) => this.#select(app, filter, take), send });
      this.#remote.set(reader, remote);
      this.#watches.add(remote.selection);
    });
  }

  #forget(id: string): void {
    const remote = this.#remote.get(id);
    if (remote === undefined) return;
    remote.close();
    this.#watches.remove(remote.selection);
    this.#remote.delete(id);
  }

  #answer({ survey, appId }: Note & { readonly type: 'survey' }): void {
    this.#withApp(appId, async (app) => {
      const stats = await this.#surveys.own(app);
      if (stats !== undefined) this.#notes.send({ type: 'surveyed', survey, stats });
    });
  }

  #withApp(appId: string, act: (app: App) => void | Promise<void>): void {
    const { engine } = this.#options;
    Promise.resolve(engine.apps.byId(appId)).then(
      (app) => (app === undefined ? undefined : act(app)),
      (fault: unknown) => engine.log.debug({ err: fault, appId }, 'an app of the feed could not be found'),
    );
  }
}
