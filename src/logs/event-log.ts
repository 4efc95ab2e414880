import type { Events, ServerEvent, ServerEventType } from '../core/events.ts';
import type { Log } from '../core/ports.ts';
import { eventLines, type LineLevel } from './event-lines.ts';
import { allows, type LogLevel } from './level.ts';

/**
 * Writes a line for each event that the level lets through. To the others it does not listen: frequent events are built for their listeners
 * alone, so a line that nobody reads costs nothing.
 */
export class EventLog {
  readonly #events: Events;
  readonly #log: Log;
  readonly #endings = new Map<ServerEventType, () => void>();

  constructor(events: Events, log: Log, level: LogLevel) {
    this.#events = events;
    this.#log = log;
    this.setLevel(level);
  }

  /** Listens to what this level lets through from now on. */
  setLevel(level: LogLevel): void {
    for (const [type, line] of Object.entries(eventLines) as [ServerEventType, AnyLine][]) {
      if (!allows(level, line.level)) this.#ignore(type);
      else if (!this.#endings.has(type))
        this.#endings.set(
          type,
          this.#events.listen(type, (event: ServerEvent) => this.#write(line, event)),
        );
    }
  }

  #ignore(type: ServerEventType): void {
    this.#endings.get(type)?.();
    this.#endings.delete(type);
  }

  #write({ level, levelOf, message }: AnyLine, event: ServerEvent): void {
    this.#log[levelOf?.(event) ?? level](fieldsOf(event), message);
  }
}

/** What the table ties to one type of event, which the compiler cannot follow through an index. */
interface AnyLine {
  readonly message: string;
  readonly level: LineLevel;
  readonly levelOf?: (event: ServerEvent) => LineLevel;
}

/** An event's data is the users' own and may be secret. */
function fieldsOf(event: ServerEvent): object {
  const { type: _type, ...fields } = event;
  if (!('data' in fields)) return fields;
  const { data, ...rest } = fields;
  return { ...rest, dataBytes: Buffer.byteLength(data) };
}
