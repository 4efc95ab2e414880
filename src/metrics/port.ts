import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Log } from '../core/ports.ts';
import { exposition, expositionType, join } from './exposition.ts';
import type { Readings } from './readings.ts';
import type { MetricsSettings } from './settings.ts';
import { describeUsage } from './usage.ts';
import { Visitors } from './visitors.ts';

interface MetricsPortOptions {
  readonly settings: Pick<MetricsSettings, 'host' | 'port'>;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  /** Asked at each collection; one for each process. */
  readonly read: () => Promise<readonly Readings[]>;
  /** For tests: before the next attempt to listen. */
  readonly retryMilliseconds?: number;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const retryMilliseconds = 5000;
/** Collectors are few. */
const maxConnections = 32;
/** A peer that neither sends nor reads for so long is cut off. */
const silenceMilliseconds = 10_000;
/** Longer than what lies between two collections. */
const keepAliveMilliseconds = 75_000;

/** The port on which `/metrics` and `/usage` are served. That it is taken stops nobody: the server works, and the port is tried again. */
export class MetricsPort {
  readonly #options: MetricsPortOptions;
  readonly #server: Server;
  readonly #visitors = new Visitors(maxConnections);
  #reading: Promise<readonly Readings[]> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: MetricsPortOptions) {
    this.#options = options;
    this.#server = createServer({ keepAliveTimeout: keepAliveMilliseconds, requestTimeout: silenceMilliseconds }, (request, response) => {
      void this.#answer(request, response);
    });
    this.#server.on('connection', (socket: Socket) => this.#visitors.admit(socket));
    this.#server.timeout = silenceMilliseconds;
  }

  /** Resolves when the port is open, or when it is known that it cannot be opened now. Never rejects. */
  async open(): Promise<void> {
    const { settings, log } = this.#options;
    const { host, port } = settings;
    const failure = await this.#listen();
    if (this.#isClosed) return this.#end();
    if (failure === undefined) {
      log.info({ host, port: (this.#server.address() as AddressInfo).port }, 'metrics listening');
      return;
    }
    if (this.#timer === undefined) {
      log.warn({ host, port, reason: failure.message }, 'metrics cannot be served: the port cannot be opened, and is tried again from time to time');
    }
    this.#timer = setTimeout(() => void this.open(), this.#options.retryMilliseconds ?? retryMilliseconds);
    this.#timer.unref();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#end();
  }

  #end(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #listen(): Promise<Error | undefined> {
    const { host, port } = this.#options.settings;
    return new Promise((resolve) => {
      const failed = (error: Error): void => resolve(error);
      this.#server.once('error', failed).listen(port, host, () => {
        this.#server.off('error', failed);
        resolve(undefined);
      });
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    if (!this.#visitors.ask(socket)) return;
    response.once('finish', () => this.#visitors.release(socket));
    const { status, type, body } = await this.#find(request).catch((err: unknown): Answer => {
      this.#options.log.error({ err }, 'metrics could not be collected');
      return text(500, 'Metrics could not be collected');
    });
    response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body), 'Cache-Control': 'no-store' }).end(body);
  }

  async #find({ method, url = '' }: IncomingMessage): Promise<Answer> {
    const [path, query] = url.split('?', 2);
    if (path !== '/metrics' && path !== '/usage') return text(404, 'Here are /metrics and /usage');
    if (method !== 'GET' && method !== 'HEAD') return text(405, 'Only GET is answered');
    const readings = await this.#read();
    if (path === '/usage') return json(describeUsage(readings.map(({ usage }) => usage)));
    const metrics = readings.map((one) => one.metrics);
    if (new URLSearchParams(query).has('json')) return json(JSON.stringify(await join(metrics)));
    return { status: 200, type: expositionType, body: await exposition(metrics) };
  }

  /** Those who ask at the same time share one reading. */
  #read(): Promise<readonly Readings[]> {
    this.#reading ??= this.#options.read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }
}

function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${body}\n` };
}

function json(body: string): Answer {
  return { status: 200, type: 'application/json; charset=utf-8', body };
}
