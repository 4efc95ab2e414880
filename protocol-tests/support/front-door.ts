import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

const host = '127.0.0.1';

/**
 * One address in front of servers that come and go, like a load balancer. It passes bytes on and knows no protocol. Connections that are made
 * while no server is named wait for one.
 */
export class FrontDoor {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting: Socket[] = [];
  #backendPort: number | undefined;

  private constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async open(): Promise<FrontDoor> {
    const door = new FrontDoor();
    await new Promise<void>((done) => door.#server.listen(0, host, done));
    return door;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Names the server for all further connections; those that are open stay where they are. */
  leadTo(backend: { readonly port: number } | undefined): void {
    this.#backendPort = backend?.port;
    if (this.#backendPort === undefined) return;
    for (const socket of this.#waiting.splice(0)) this.#pass(socket, this.#backendPort);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((done) => this.#server.close(() => done()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    this.#own(socket);
    if (this.#backendPort === undefined) this.#waiting.push(socket);
    else this.#pass(socket, this.#backendPort);
  }

  #pass(socket: Socket, port: number): void {
    const backend = connect({ host, port });
    this.#own(backend);
    socket.pipe(backend).pipe(socket);
    socket.on('close', () => backend.destroy());
    backend.on('close', () => socket.destroy());
  }

  #own(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {}); // `close` follows, and ends the other half
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
