import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../../testing/assert-property.ts';
import { decodeTransitions } from './transition.ts';

/** One record as `prelude.lua` packs it. */
function added(channel: string, before: number, userId: string, userInfo: string): Buffer {
  const [name, user, info] = [Buffer.from(channel), Buffer.from(userId), Buffer.from(userInfo)];
  const bytes = Buffer.alloc(3 + name.length + 8 + 2 + user.length + 4 + info.length);
  let offset = bytes.writeUInt8(4, 0);
  offset = bytes.writeUInt16BE(name.length, offset);
  offset += name.copy(bytes, offset);
  offset = bytes.writeDoubleBE(before, offset);
  offset = bytes.writeUInt16BE(user.length, offset);
  offset += user.copy(bytes, offset);
  offset = bytes.writeUInt32BE(info.length, offset);
  info.copy(bytes, offset);
  return bytes;
}

describe('announced transitions', () => {
  it('are read one after the other', () => {
    const bytes = Buffer.concat([added('app/presence-é', 5, '😀', '{"a":1}'), added('app/presence-b', 0, 'b', 'null')]);
    expect(decodeTransitions(bytes, 0)).toEqual([
      { type: 'member_added', channel: 'app/presence-é', before: 5, member: { userId: '😀', userInfo: '{"a":1}' } },
      { type: 'member_added', channel: 'app/presence-b', before: 0, member: { userId: 'b', userInfo: 'null' } },
    ]);
  });

  it('are refused as a whole when one of them is not whole', () => {
    const bytes = added('app/presence-a', 5, 'a', 'null');
    for (let length = 1; length < bytes.length; length += 1) expect(decodeTransitions(bytes.subarray(0, length), 0)).toBeUndefined();
    expect(decodeTransitions(Buffer.concat([bytes, Buffer.from([9])]), 0)).toBeUndefined();
    expect(decodeTransitions(added('no-app', 5, 'a', 'null'), 0)).toBeUndefined();
  });

  it('are refused when what would go into frames is no JSON', () => {
    expect(decodeTransitions(added('app/presence-a', 5, 'a', '"}{'), 0)).toBeUndefined();
  });

  it('never throw for what are none', () => {
    assertProperty(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decodeTransitions(Buffer.from(bytes), 0)));
  });
});
