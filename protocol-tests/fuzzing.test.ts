import { connect } from 'node:net';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { Client } from './support/client.ts';
import { addressOf, expectAlive, postBytes } from './support/raw-request.ts';
import { encodeFrame, opcodes, RawWebSocket } from './support/raw-websocket.ts';
import { sharedApp } from './support/target.ts';

const plain = sharedApp('plain');
const address = addressOf(plain);

/** Each test tries for so long: 2 s, or as many as CLARION_FUZZ_SECONDS says. The seeds are the same in every run. */
const seconds = Number(process.env.CLARION_FUZZ_SECONDS ?? 2);
const timeout = seconds * 1000 + 30_000;

/** Numbers from 0 up to 1 that are the same for the same seed (a linear congruential generator, its upper bits). */
function randomOf(seed: number): () => number {
  let state = BigInt(seed) * 2_862_933_555_777_941_757n + 3_037_000_493n;
  return () => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % 2n ** 64n;
    return Number(state >> 33n) / 2 ** 31;
  };
}

const below = (random: () => number, end: number) => Math.floor(random() * end);
const randomBytes = (random: () => number, length: number) => Buffer.from(Array.from({ length }, () => below(random, 256)));

function damage(random: () => number, bytes: Buffer): Buffer {
  const at = below(random, bytes.length);
  return Buffer.concat([bytes.subarray(0, at), randomBytes(random, below(random, 6)), bytes.subarray(at + below(random, 6))]);
}

async function forAWhile(attempt: (random: () => number) => Promise<void>): Promise<void> {
  const endsAt = performance.now() + seconds * 1000;
  for (let seed = 1; performance.now() < endsAt; seed += 1) {
    await attempt(randomOf(seed)).catch((cause: unknown) => {
      throw new Error(`failed with seed ${seed}`, { cause });
    });
  }
}

/** Writes bytes, and waits until the server has read them and closed, or answered. */
function write(bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.on('error', () => {}); // `close` follows
    socket.on('data', () => socket.destroy());
    socket.on('close', () => resolve());
    socket.end(bytes);
  });
}

describe('bytes over the wire', { timeout }, () => {
  afterEach(async () => {
    const { pid } = inject('server');
    if (pid !== undefined) await expectAlive(plain, pid);
  });

  it('that are damaged WebSocket frames disturb nobody else', async () => {
    const bystander = await Client.connect(plain);
    await forAWhile(async (random) => {
      const client = await RawWebSocket.open(plain);
      const frames = Array.from({ length: 1 + below(random, 5) }, () =>
        encodeFrame({
          opcode: random() < 0.8 ? opcodes.text : below(random, 16),
          payload: random() < 0.5 ? '{"event":"pusher:ping"}' : randomBytes(random, below(random, 300)),
          fin: random() < 0.8,
          reserved: random() < 0.9 ? 0 : below(random, 8),
          masked: random() < 0.95,
        }),
      );
      client.sendBytes(damage(random, Buffer.concat(frames)));
      client.send({ opcode: opcodes.close, payload: Buffer.from([3, 232]) });
      client.end();
      expect(await client.ending()).toBeGreaterThanOrEqual(1000);
    });
    await bystander.quiet();
  });

  it('that are damaged HTTP requests are answered or cut', async () => {
    const whole = postBytes(plain, `/apps/${plain.id}/events`, JSON.stringify({ name: 'x', data: '{}', channel: 'room' }));
    await forAWhile((random) => write(random() < 0.8 ? damage(random, whole) : randomBytes(random, 1 + below(random, 500))));
  });

  it('that are damaged handshakes are answered or cut', async () => {
    const head = `GET /app/${plain.key}?protocol=7&client=js HTTP/1.1\r\nHost: a\r\nOrigin: https://example.com\r\n`;
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    await forAWhile((random) => write(damage(random, Buffer.from(head + upgrade))));
  });
});
