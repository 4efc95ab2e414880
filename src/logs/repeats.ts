import type { Clock } from '../core/ports.ts';
import type { LineLevel } from './event-lines.ts';
import type { RepeatSettings } from './settings.ts';

interface RepeatsOptions extends RepeatSettings {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Writes down what was left out. */
  readonly summarise: (level: LineLevel, summary: RepeatSummary) => void;
}

/** Lines that were left out. */
interface RepeatSummary {
  readonly repeated: string;
  /** The start of it; absent when the lines had none, or too many different ones to tell apart. */
  readonly reason?: string;
  readonly suppressed: number;
  readonly repeatSeconds: number;
}

/** Lines of one message and reason. */
interface Group {
  readonly level: LineLevel;
  readonly message: string;
  readonly reason: string | undefined;
  lines: number;
}

const maxReasonCharacters = 80;
/** Of one message. Clients can make up any number, and then share what is left. */
const maxReasons = 20;

/**
 * Keeps a storm out of the log: of lines with the same message and reason the first ones of each interval are written, and how many more there
 * were when it ends. Messages are constant, so their number needs no limit.
 */
export class Repeats {
  readonly #options: RepeatsOptions;
  /** By message, then by reason. */
  readonly #messages = new Map<string, Map<string | undefined, Group>>();
  #endsAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RepeatsOptions) {
    this.#options = options;
  }

  /** Whether the line is to be written. */
  admit(level: LineLevel, fields: object, message: string): boolean {
    const { clock, repeatLines, repeatSeconds } = this.#options;
    const now = clock.monotonic();
    if (now >= this.#endsAt) {
      this.flush();
      this.#endsAt = now + repeatSeconds * 1000;
    }
    const group = this.#groupOf(level, fields, message);
    group.lines += 1;
    if (group.lines <= repeatLines) return true;
    this.#timer ??= setTimeout(() => this.flush(), Math.max(0, this.#endsAt - now)).unref();
    return false;
  }

  /** Writes down what was left out, and begins anew. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const groups = [...this.#messages.values()].flatMap((reasons) => [...reasons.values()]);
    this.#messages.clear();
    const { repeatLines, repeatSeconds, summarise } = this.#options;
    for (const { level, message, reason, lines } of groups) {
      if (lines <= repeatLines) continue;
      summarise(level, { repeated: message, ...(reason !== undefined && { reason }), suppressed: lines - repeatLines, repeatSeconds });
    }
  }

  #groupOf(level: LineLevel, fields: object, message: string): Group {
    const reasons = this.#messages.get(message) ?? new Map<string | undefined, Group>();
    this.#messages.set(message, reasons);
    const given = reasonOf(fields);
    const reason = reasons.has(given) || reasons.size < maxReasons ? given : undefined;
    const group = reasons.get(reason) ?? { level, message, reason, lines: 0 };
    reasons.set(reason, group);
    return group;
  }
}

/** Without what the client has put into it, which follows a colon or stands in quotes. */
function reasonOf(fields: object): string | undefined {
  if (!('reason' in fields) || typeof fields.reason !== 'string') return undefined;
  return fields.reason.split(/[:"]/, 1)[0]?.slice(0, maxReasonCharacters).trim();
}
