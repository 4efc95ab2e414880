import { type LoggerOptions, type Logger as Pino, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { Clock, Log } from '../core/ports.ts';
import { ecsBase, ecsLevel, toEcs } from './ecs.ts';
import type { LineLevel } from './event-lines.ts';
import { allows, type LogLevel } from './level.ts';
import { redactFields } from './redact-fields.ts';
import { Repeats } from './repeats.ts';
import type { LogSettings } from './settings.ts';

interface ProcessLogOptions {
  readonly settings: LogSettings;
  readonly destination: NodeJS.WritableStream;
  /** Whether a person's terminal shows it. */
  readonly colorize: boolean;
  /** Fields of every line. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** The log of a process: lines of JSON, or lines for people. Without secrets, and without the many repeats of a line. */
export class ProcessLog implements Log {
  readonly #pino: Pino;
  readonly #repeats: Repeats;
  #level: LogLevel;

  constructor(options: ProcessLogOptions) {
    const { settings, clock } = options;
    this.#level = settings.level;
    this.#pino = createPino(options);
    this.#repeats = new Repeats({ ...settings, clock, summarise: (level, summary) => this.#pino[level](summary, 'lines were left out') });
  }

  get level(): LogLevel {
    return this.#level;
  }

  /** From now on. Says so, whatever the levels. */
  set level(level: LogLevel) {
    const before = this.#level;
    if (level === before) return;
    this.#repeats.flush();
    this.#level = level;
    this.#pino.level = 'info';
    this.#pino.info({ from: before, to: level }, 'log level changed');
    this.#pino.level = level;
  }

  debug(fields: object, message: string): void {
    this.#write('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.#write('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#write('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#write('error', fields, message);
  }

  /** Writes what is still to be said. */
  close(): void {
    this.#repeats.flush();
  }

  /** Whoever debugs wants every line. */
  #write(level: LineLevel, fields: object, message: string): void {
    if (!allows(this.#level, level)) return;
    if (allows(this.#level, 'debug') || this.#repeats.admit(level, fields, message)) this.#pino[level](fields, message);
  }
}

function createPino({ settings, destination, colorize, fields = {} }: ProcessLogOptions): Pino {
  const options = { level: settings.level, serializers: { err: (error: unknown) => error } };
  if (settings.pretty) {
    const stream = PinoPretty({ colorize, destination, translateTime: 'SYS:HH:MM:ss.l', singleLine: true });
    return pino({ ...options, ...defaultFormat(fields) }, stream);
  }
  return pino({ ...options, ...(settings.format === 'ecs' ? ecsFormat(fields) : defaultFormat(fields)) }, destination);
}

type Format = Pick<LoggerOptions, 'base' | 'timestamp' | 'messageKey' | 'formatters'>;

function defaultFormat(fields: Readonly<Record<string, unknown>>): Format {
  return {
    base: fields,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }), log: redactFields },
  };
}

function ecsFormat(fields: Readonly<Record<string, unknown>>): Format {
  return {
    base: ecsBase, // nothing that a line may have too: a name must not occur twice
    timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
    messageKey: 'message',
    formatters: { level: ecsLevel, log: (line) => toEcs({ ...fields, ...redactFields(line) }) },
  };
}
