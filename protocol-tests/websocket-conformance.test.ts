import { describe, expect, it } from 'vitest';
import { cut, opcodes, type RawFrame, RawWebSocket, type ReceivedFrame } from './support/raw-websocket.ts';
import { sharedApp } from './support/target.ts';

const { continuation, text, binary, close, ping, pong } = opcodes;
const plain = sharedApp('plain');
const pusherPing = '{"event":"pusher:ping","data":{}}';
const pusherPong = { event: 'pusher:pong', data: '{}' };

function payloadOf(frame: ReceivedFrame | typeof cut): string {
  if (frame === cut) throw new Error('the connection was cut');
  return `${frame.opcode} ${frame.payload}`;
}

/** Sends frames of which the last is wrong, and expects the end. Codes of RFC 6455, 7.4.1; the engine also just cuts, which clients see as 1006. */
async function expectRefused(frames: readonly RawFrame[], codes: readonly number[]): Promise<void> {
  const client = await RawWebSocket.open(plain);
  for (const frame of frames) client.send(frame);
  expect([...codes, 1006]).toContain(await client.ending());
  const other = await RawWebSocket.open(plain);
  other.send({ opcode: text, payload: pusherPing });
  expect(await other.nextJson()).toEqual(pusherPong);
}

describe('frames of the server (RFC 6455, 5.1)', () => {
  it('are whole, not masked, and have no reserved bits', async () => {
    const client = await RawWebSocket.open(plain);
    client.send({ opcode: text, payload: pusherPing });
    expect(await client.next()).toMatchObject({ fin: true, masked: false, reserved: 0, opcode: text });
  });
});

describe('fragments (RFC 6455, 5.4)', () => {
  it.each([1, 2, 7, 33])('of %d bytes make one message', async (size) => {
    const client = await RawWebSocket.open(plain);
    for (let at = 0; at < pusherPing.length; at += size) {
      client.send({ opcode: at === 0 ? text : continuation, payload: pusherPing.slice(at, at + size), fin: at + size >= pusherPing.length });
    }
    expect(await client.nextJson()).toEqual(pusherPong);
  });

  it('may be empty', async () => {
    const client = await RawWebSocket.open(plain);
    client.send({ opcode: text, payload: '', fin: false });
    client.send({ opcode: continuation, payload: pusherPing, fin: false });
    client.send({ opcode: continuation, payload: '', fin: true });
    expect(await client.nextJson()).toEqual(pusherPong);
  });

  it('may have control frames between them, which are answered at once', async () => {
    const client = await RawWebSocket.open(plain);
    client.send({ opcode: text, payload: pusherPing.slice(0, 10), fin: false });
    client.send({ opcode: ping, payload: 'now' });
    expect(payloadOf(await client.next())).toBe(`${pong} now`);
    client.send({ opcode: continuation, payload: pusherPing.slice(10) });
    expect(await client.nextJson()).toEqual(pusherPong);
  });

  it('may cut a character in two', async () => {
    const client = await RawWebSocket.open(plain);
    const bytes = Buffer.from('{"event":"é€😀"}');
    for (const [index, byte] of bytes.entries()) {
      client.send({ opcode: index === 0 ? text : continuation, payload: Uint8Array.of(byte), fin: index === bytes.length - 1 });
    }
    expect(await client.nextJson()).toMatchObject({ event: 'pusher:error', data: { message: expect.stringContaining('é€😀') } });
  });

  it('may arrive byte by byte', async () => {
    const client = await RawWebSocket.open(plain);
    await client.sendSlowly({ opcode: text, payload: pusherPing });
    expect(await client.nextJson()).toEqual(pusherPong);
  });

  it('without a beginning are refused', async () => {
    await expectRefused([{ opcode: continuation, payload: pusherPing }], [1002]);
  });

  it('of two messages at once are refused', async () => {
    await expectRefused(
      [
        { opcode: text, payload: 'a', fin: false },
        { opcode: text, payload: 'b' },
      ],
      [1002],
    );
  });
});

describe('control frames (RFC 6455, 5.5)', () => {
  it.each(['', 'a', 'x'.repeat(125)])('are answered with what they carry: %.10s', async (payload) => {
    const client = await RawWebSocket.open(plain);
    client.send({ opcode: ping, payload });
    expect(payloadOf(await client.next())).toBe(`${pong} ${payload}`);
  });

  it('that nobody asked for are ignored when they are pongs', async () => {
    const client = await RawWebSocket.open(plain);
    client.send({ opcode: pong, payload: 'unasked' });
    client.send({ opcode: text, payload: pusherPing });
    expect(await client.nextJson()).toEqual(pusherPong);
  });

  it('above 125 bytes are refused', async () => {
    await expectRefused([{ opcode: ping, payload: 'x'.repeat(126) }], [1002]);
  });

  it('in fragments are refused', async () => {
    await expectRefused([{ opcode: ping, payload: 'a', fin: false }], [1002]);
  });
});

describe('what no frame may be (RFC 6455, 5.2)', () => {
  it.each([1, 2, 3, 4, 5, 6, 7])('reserved bits %d without an extension', async (reserved) => {
    await expectRefused([{ opcode: text, payload: pusherPing, reserved }], [1002]);
  });

  it.each([3, 4, 5, 6, 7, 11, 12, 13, 14, 15])('the unknown opcode %d', async (opcode) => {
    await expectRefused([{ opcode, payload: pusherPing }], [1002]);
  });

  it.each([2 ** 20, 2 ** 32, 2 ** 53])('longer than the limit, stated as %d bytes', async (statedLength) => {
    await expectRefused([{ opcode: text, payload: 'x', statedLength }], [1009]);
  });

  it('longer than the limit in small fragments', async () => {
    const part = 'x'.repeat(60_000);
    await expectRefused(
      Array.from({ length: 6 }, (_, index) => ({ opcode: index === 0 ? text : continuation, payload: part, fin: false })),
      [1009],
    );
  });
});

describe('text (RFC 6455, 8.1)', () => {
  it.each(['ff', 'c0af', 'eda080', 'f4908080', 'e282', '80', 'f0288cbc'])('that is not UTF-8 is refused: %s', async (hex) => {
    await expectRefused([{ opcode: text, payload: Buffer.from(hex, 'hex') }], [1007]);
  });

  it('that is not UTF-8 is refused in fragments too', async () => {
    await expectRefused(
      [
        { opcode: text, payload: Buffer.from('e2', 'hex'), fin: false },
        { opcode: continuation, payload: Buffer.from('28', 'hex') },
      ],
      [1007],
    );
  });

  it('may be any UTF-8, while binary messages are never understood', async () => {
    const client = await RawWebSocket.open(plain);
    client.send({ opcode: text, payload: '\u0000\u{10ffff}' });
    expect(await client.nextJson()).toMatchObject({ event: 'pusher:error', data: { code: null } });
    client.send({ opcode: binary, payload: Buffer.from('ff', 'hex') });
    expect(await client.nextJson()).toMatchObject({ event: 'pusher:error', data: { code: null } });
  });
});

describe('the close (RFC 6455, 5.5.1 and 7.4)', () => {
  const codeOf = (code: number, reason = '') => Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);

  // The engine takes 3000 to 3999 for no code, and answers with none.
  it.each([1000, 1001, 4000, 4999])('with %d is answered with the same code, and then the connection ends', async (code) => {
    const client = await RawWebSocket.open(plain);
    client.send({ opcode: close, payload: codeOf(code, 'bye') });
    expect(await client.ending()).toBe(code);
    expect(await client.next()).toBe(cut);
  });

  it('without a code is answered', async () => {
    const client = await RawWebSocket.open(plain);
    client.send({ opcode: close });
    expect([1000, 1005, 1006]).toContain(await client.ending());
  });

  it('is the last that is heard of a client', async () => {
    const client = await RawWebSocket.open(plain);
    client.send({ opcode: close, payload: codeOf(1000) });
    client.send({ opcode: text, payload: pusherPing });
    expect(await client.ending()).toBe(1000);
  });

  it.each([
    ['half a code', Buffer.from([3])],
    ['a code that must not be sent', codeOf(1005)],
    ['a code that nobody has defined', codeOf(999)],
    ['a reason that is not UTF-8', Buffer.concat([codeOf(1000), Buffer.from('ff', 'hex')])],
  ])('with %s ends the connection, with whatever code', async (_, payload) => {
    const client = await RawWebSocket.open(plain);
    client.send({ opcode: close, payload });
    expect(await client.ending()).toBeGreaterThanOrEqual(1000);
  });
});

describe('masking (RFC 6455, 5.1)', () => {
  it('is missing in a message: the connection ends or nothing is understood, and the server lives on', async () => {
    const client = await RawWebSocket.open(plain);
    client.send({ opcode: text, payload: pusherPing, masked: false });
    client.send({ opcode: close, payload: Buffer.from([3, 232]) });
    expect(await client.ending()).toBeGreaterThanOrEqual(1000);
    const other = await RawWebSocket.open(plain);
    other.send({ opcode: text, payload: pusherPing });
    expect(await other.nextJson()).toEqual(pusherPong);
  });
});
