import {
  App,
  LIBUS_LISTEN_EXCLUSIVE_PORT,
  SSLApp,
  type TemplatedApp,
  type us_listen_socket,
  us_listen_socket_close,
  us_socket_local_port,
} from 'uWebSockets.js';
import { Backlog } from './backlog.ts';
import { readCertificateExpiry } from './certificate-expiry.ts';
import { Generation } from './generation.ts';
import { checkTlsFiles, type TlsFiles } from './tls-files.ts';

interface UwsAppOptions {
  readonly tls: TlsFiles | undefined;
  /** Unsent bytes of all WebSockets together. */
  readonly unsentBytes: number;
  /** A TCP connection was opened (1), or closed as HTTP (-1). */
  readonly onSocket: (by: number) => void;
  /** Whether other processes may listen on the same port, between which the system then divides new connections. */
  readonly sharesPort: boolean;
}

type Install = (generation: Generation) => void;

/** The engine, with the life of its listen socket and of its certificates. */
export class UwsApp {
  readonly #options: UwsAppOptions;
  readonly #backlog: Backlog;
  readonly #installs: Install[] = [];
  /** The newest is the last; older ones stay while they have WebSockets. */
  readonly #generations: Generation[] = [];
  #certificateExpiry: number | undefined;
  #listening: us_listen_socket | undefined;
  #address: { readonly host: string; readonly port: number } | undefined;

  constructor(options: UwsAppOptions) {
    this.#options = options;
    this.#backlog = new Backlog(options.unsentBytes);
    this.#add();
  }

  /** When the certificate that is shown ends, which is not always the one in the file: in seconds since the epoch; undefined without TLS. */
  get certificateExpiry(): number | undefined {
    return this.#certificateExpiry;
  }

  /** Registers routes, now and for each later certificate; only folder `uws` does. */
  serve(install: Install): void {
    this.#installs.push(install);
    install(this.#newest);
  }

  /** Sends a frame to all subscribers of a topic. A WebSocket route must exist: without one the engine crashes. */
  publish(topic: string, frame: string): void {
    for (const generation of this.#generations) generation.publish(topic, frame);
  }

  /**
   * Resolves with the port, which 0 leaves to the system. Rejects when it is taken. Exclusive unless the port is to be shared: by default two
   * servers that listen on one port would both start and split the users between them.
   */
  async listen(host: string, port: number): Promise<number> {
    // Only a port that was named can be listened on again while it has connections.
    const bound = port === 0 ? await this.#probe(host) : port;
    this.#listening = await this.#bind(host, bound);
    this.#address = { host, port: bound };
    return bound;
  }

  /** No new connections from now on; open ones stay. */
  stopListening(): void {
    if (this.#listening === undefined) return;
    us_listen_socket_close(this.#listening);
    this.#listening = undefined;
  }

  /** Listens again after `stopListening`, where it did before. Rejects when the port was taken meanwhile. */
  async listenAgain(): Promise<void> {
    if (this.#address === undefined || this.#listening !== undefined) return;
    this.#listening = await this.#bind(this.#address.host, this.#address.port);
  }

  /** Reads the certificate again, for new connections. Throws, and changes nothing, when the files are no certificate and key. */
  async reload(): Promise<void> {
    if (this.#options.tls === undefined) return;
    this.#add();
    for (const install of this.#installs) install(this.#newest);
    this.#forgetEmpty();
    if (this.#listening === undefined) return;
    this.stopListening();
    await this.listenAgain(); // in the same tick: nobody finds the port closed
  }

  /** Cuts everything that is still open. */
  close(): void {
    this.#listening = undefined;
    for (const { routes } of this.#generations) routes.close();
  }

  get #newest(): Generation {
    return this.#generations.at(-1) as Generation; // there is one from the constructor on
  }

  #add(): void {
    const { tls, onSocket } = this.#options;
    const routes = tls === undefined ? App() : createTlsApp(tls);
    this.#certificateExpiry = tls && readCertificateExpiry(tls.certFile);
    routes.filter((_res, by) => onSocket(Number(by)));
    this.#generations.push(new Generation(routes, this.#generations, this.#backlog));
  }

  #forgetEmpty(): void {
    const kept = this.#generations.filter((generation) => generation.sockets > 0 || generation === this.#newest);
    this.#generations.splice(0, this.#generations.length, ...kept);
  }

  async #probe(host: string): Promise<number> {
    const socket = await this.#bind(host, 0);
    const port = us_socket_local_port(socket);
    us_listen_socket_close(socket);
    return port;
  }

  #bind(host: string, port: number): Promise<us_listen_socket> {
    return new Promise((resolve, reject) => {
      const options = this.#options.sharesPort ? sharedPort : LIBUS_LISTEN_EXCLUSIVE_PORT;
      listen(this.#newest.routes, { host, port, options }, (socket) => {
        if (socket !== false) return resolve(socket);
        reject(new Error(`cannot listen on ${host} port ${port}: it is taken by another program, or not allowed`));
      });
    });
  }
}

function createTlsApp(tls: TlsFiles): TemplatedApp {
  checkTlsFiles(tls);
  return SSLApp({ cert_file_name: tls.certFile, key_file_name: tls.keyFile });
}

/** The engine's own default: with SO_REUSEPORT, as far as the system has it. */
const sharedPort = 0;

type Listen = (host: string, port: number, options: number, done: (socket: us_listen_socket | false) => void) => void;

/** The engine takes a host together with options; its declarations do not say so. */
function listen(app: TemplatedApp, at: { host: string; port: number; options: number }, done: (socket: us_listen_socket | false) => void): void {
  const listenAt = app.listen.bind(app) as unknown as Listen;
  listenAt(at.host, at.port, at.options, done);
}
