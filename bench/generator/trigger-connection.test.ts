import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { encodePost, TriggerConnection } from './trigger-connection.ts';

const posts = 20;
let server: Server | undefined;

afterEach(() => {
  server?.close().closeAllConnections();
});

/** Posts one request after the other to a server that answers like this; resolves with what the server was sent. */
async function post(answer: (response: ServerResponse) => void): Promise<readonly string[]> {
  const bodies: string[] = [];
  server = createServer(async (request, response) => {
    bodies.push((await request.toArray()).join(''));
    answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  await new Promise<void>((resolve, reject) => {
    let answered = 0;
    const next = (connection: TriggerConnection): void => {
      answered += 1;
      if (answered === posts) connection.close();
      if (answered === posts) resolve();
      else connection.post(encodePost(address, '/', String(answered)));
    };
    new TriggerConnection(address, next, reject).post(encodePost(address, '/', '0'));
  });
  return bodies;
}

const all = Array.from({ length: posts }, (_, nth) => String(nth));

describe('TriggerConnection', () => {
  it('posts over a connection that is kept alive', async () => {
    const sockets = new Set<unknown>();
    expect(
      await post((response) => {
        sockets.add(response.socket);
        response.setHeader('Content-Length', 2).end('{}');
      }),
    ).toEqual(all);
    expect(sockets.size).toBe(1);
  });

  it('connects again where a server closes the connection after each answer', async () => {
    expect(await post((response) => response.setHeader('Connection', 'close').setHeader('Content-Length', 2).end('{}'))).toEqual(all);
  });

  it('understands answers in chunks', async () => {
    expect(
      await post((response) => {
        response.write('{');
        setImmediate(() => response.end('}'));
      }),
    ).toEqual(all);
  });

  it('tells of a refusal', async () => {
    await expect(post((response) => response.writeHead(401).end())).rejects.toThrow('A trigger was refused: HTTP/1.1 401');
  });

  it('tells of a server that closes without an answer', async () => {
    await expect(post((response) => response.destroy())).rejects.toThrow('The server closed a publisher');
  });
});
