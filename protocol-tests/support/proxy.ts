import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Target, targetAt } from './target.ts';

/** A network between client and server that can fail. */
export interface Proxy {
  /** The target as it is seen through the proxy. */
  readonly target: Target;
  /** Cuts all connections without a goodbye; new ones are accepted. */
  cut(): void;
}

/** Starts a TCP proxy on a free port of 127.0.0.1. Ends with the test that started it. */
export async function startProxy(target: Target): Promise<Proxy> {
  const { hostname, port } = new URL(target.httpUrl);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port || 80), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    server.close();
    cut();
  });
  return { target: targetAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, target), cut };
}
