import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../../testing/seeded-random.ts';
import { Wire } from './wire.ts';

let server: Server;
let near: Socket;
let far: Socket;

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  [far] = await once(server, 'connection');
});

afterEach(() => {
  near.destroy();
  far.destroy();
  server.close();
});

function frameOf(messages: readonly unknown[]): Buffer {
  const body = Buffer.from(JSON.stringify(messages));
  const header = Buffer.alloc(4);
  header.writeUInt32BE(body.length);
  return Buffer.concat([header, body]);
}

function receiveAt(socket: Socket) {
  const received: unknown[] = [];
  const closed = vi.fn();
  const wire = new Wire(socket, { message: (message) => received.push(message), closed });
  return { wire, received, closed };
}

describe('a wire', () => {
  it('carries messages in order, with all characters', async () => {
    const { received } = receiveAt(far);
    const { wire } = receiveAt(near);
    const messages = [
      'é😀\u2028\u0000\ud800',
      { '"': [1, null] },
      '',
      'x'.repeat(3 * 1024 * 1024),
      ...Array.from({ length: 500 }, (_, index) => index),
    ];
    for (const message of messages) wire.send(message);
    await vi.waitFor(() => expect(received).toHaveLength(messages.length));
    expect(received).toEqual(messages);
  });

  it('refuses a message that is larger than a frame may be, and goes on', async () => {
    const { received } = receiveAt(far);
    const { wire } = receiveAt(near);
    expect(() => wire.send('x'.repeat(64 * 1024 * 1024))).toThrow('too large');
    wire.send('next');
    await vi.waitFor(() => expect(received).toEqual(['next']));
  });

  it('puts what is sent in one tick into one frame', async () => {
    const chunks: Buffer[] = [];
    far.on('data', (chunk) => chunks.push(chunk));
    const { wire } = receiveAt(near);
    for (const message of [1, 2, 3]) wire.send(message);
    expect(wire.unsentBytes).toBeGreaterThan(0);
    await vi.waitFor(() => expect(Buffer.concat(chunks)).toEqual(frameOf([1, 2, 3])));
    expect(wire.unsentBytes).toBe(0);
  });

  it('reads frames wherever the network cuts them', async () => {
    const { received } = receiveAt(far);
    const random = seededRandom(11);
    const frames = Array.from({ length: 60 }, (_, index) => Array.from({ length: 1 + Math.floor(random() * 4) }, () => 'é'.repeat(index)));
    let bytes = Buffer.concat(frames.map(frameOf));
    while (bytes.length > 0) {
      const length = 1 + Math.floor(random() * 300);
      near.write(bytes.subarray(0, length));
      bytes = bytes.subarray(length);
      if (random() < 0.2) await new Promise((resolve) => setImmediate(resolve));
    }
    await vi.waitFor(() => expect(received).toHaveLength(frames.flat().length));
    expect(received).toEqual(frames.flat());
  });

  it('sends what waits before it ends', async () => {
    const { received, closed } = receiveAt(far);
    const { wire } = receiveAt(near);
    wire.send('last');
    wire.end();
    wire.send('too late');
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
    expect(received).toEqual(['last']);
    expect(wire.isOpen).toBe(false);
  });
});
