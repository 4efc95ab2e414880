import { describe, expect, it } from 'vitest';
import { FrameReader, opcodes, type Tally } from './frame.ts';

/** A frame as a server sends it: not masked. */
function serverFrame(opcode: number, payload: string): Buffer {
  const body = Buffer.from(payload);
  const head =
    body.length < 126 ? Buffer.from([0x80 | opcode, body.length]) : Buffer.from([0x80 | opcode, 126, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([head, body]);
}

const event = (bytes: number): string => 'e'.repeat(bytes);
const ping = '{"event":"pusher:ping"}';
const stream = Buffer.concat([
  serverFrame(opcodes.text, event(100)),
  serverFrame(opcodes.text, ping),
  serverFrame(opcodes.text, event(2000)),
  serverFrame(opcodes.ping, ''),
  serverFrame(opcodes.text, event(125)),
]);

function readInTwo(at: number, listensToEvents: boolean): { readonly tally: Tally; readonly heard: readonly string[] } {
  const tally: Tally = { frames: 0, bytes: 0 };
  const heard: string[] = [];
  const reader = new FrameReader(tally, (opcode, payload) => heard.push(`${opcode} ${payload}`));
  reader.listensToEvents = listensToEvents;
  reader.read(Buffer.from(stream.subarray(0, at)));
  reader.read(Buffer.from(stream.subarray(at)));
  return { tally, heard };
}

const everyCut = Array.from({ length: stream.length + 1 }, (_, at) => at);

describe('FrameReader', () => {
  it('counts events by their header, wherever the stream is cut', () => {
    for (const at of everyCut) {
      const { tally, heard } = readInTwo(at, false);
      expect(tally).toEqual({ frames: 3, bytes: 2225 });
      expect(heard).toEqual([`1 ${ping}`, '9 ']);
    }
  });

  it('hands over whole events while it listens, wherever the stream is cut', () => {
    for (const at of everyCut) {
      const { tally, heard } = readInTwo(at, true);
      expect(tally.frames).toBe(3);
      expect(heard).toEqual([`1 ${event(100)}`, `1 ${ping}`, `1 ${event(2000)}`, '9 ', `1 ${event(125)}`]);
    }
  });
});
