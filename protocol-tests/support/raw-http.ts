import { connect, type Socket } from 'node:net';

/** One HTTP answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The server closed the TCP connection instead of answering. */
export const hungUp = 'hung up';

/** A TCP connection that speaks HTTP byte by byte: what `fetch` refuses to send goes through here. */
export class RawHttp {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on('error', () => {}); // a reset is followed by `close`, which is what the tests ask for
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** Resolves when connected; rejects with the system's error, for example ECONNREFUSED. */
  static open(target: { readonly host: string; readonly port: number }): Promise<RawHttp> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: target.host, port: target.port, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new RawHttp(socket));
      });
    });
  }

  write(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** The next answer, interim ones such as `100 Continue` included, or `hungUp`. To a HEAD none may have a body, whatever its length says. */
  async answer(method: 'HEAD' | 'other' = 'other'): Promise<RawAnswer | typeof hungUp> {
    for (;;) {
      const parsed = parseAnswer(this.#received, method === 'HEAD');
      if (parsed !== undefined) {
        this.#received = this.#received.subarray(parsed.length);
        return parsed.answer;
      }
      if (this.#ended) return hungUp;
      await this.#change();
    }
  }

  /** Resolves when the connection is gone. */
  async closed(): Promise<void> {
    while (!this.#ended) await this.#change();
  }

  /** Says that nothing more comes; answers can still be read. */
  end(): void {
    this.#socket.end();
  }

  /** Closes at once, without waiting for the peer. */
  abort(): void {
    this.#socket.destroy();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** Sends one message on a connection of its own and reads one answer. */
export async function sendRaw(
  target: { readonly host: string; readonly port: number },
  bytes: string | Uint8Array,
): Promise<RawAnswer | typeof hungUp> {
  const connection = await RawHttp.open(target);
  connection.write(bytes);
  const answer = await connection.answer();
  connection.abort();
  return answer;
}

function parseAnswer(received: Buffer, isBodiless: boolean): { readonly answer: RawAnswer; readonly length: number } | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = received.subarray(0, headEnd).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})\b/.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) throw new Error(`This is not the start of an HTTP answer: ${statusLine}`);
  const headers = new Map(lines.map(parseHeader));
  const bodyStart = headEnd + 4;
  const length = bodyStart + (isBodiless ? 0 : Number(headers.get('content-length') ?? 0));
  if (received.length < length) return undefined;
  return { answer: { status, headers, body: received.subarray(bodyStart, length).toString() }, length };
}

function parseHeader(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
