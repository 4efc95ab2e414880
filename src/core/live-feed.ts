import type { RequestFault } from '../protocol/trigger.ts';
import type { App } from './app.ts';

/** What a reader of the feed asks for, as it came in the query. Absent means everything. */
export interface FeedWishes {
  /** The channel's name, with `*` for any text. */
  readonly channel?: string | undefined;
  /** The event's name, with `*` for any text. */
  readonly event?: string | undefined;
  /** Kinds of lines, separated by commas. */
  readonly kinds?: string | undefined;
  /** Whether the data of events is wanted. */
  readonly data?: string | undefined;
}

/** Where lines go: one peer that may read more slowly than it is written to. After its end every method does nothing. */
export interface LineWriter {
  /** Whether the peer has to catch up: what is written now only waits. */
  readonly isBlocked: boolean;
  write(text: string): void;
  /** Ends the answer in order. */
  end(): void;
  /** Ends the connection at once. */
  cut(): void;
}

/** Begins to write lines; the function that it returns is called once when the peer has gone. */
export type OpenFeed = (writer: LineWriter) => () => void;

/** What happens in an app, as it happens, over all nodes; for whoever holds a secret of the app. */
export interface LiveFeed {
  /** Lines of JSON about what the wishes name; a fault when they make no sense or when the app has too many readers. */
  open(app: App, wishes: FeedWishes): OpenFeed | RequestFault;
  /** Numbers of all nodes as one text of JSON; never older than a second or two. */
  stats(app: App): Promise<string | RequestFault>;
}
