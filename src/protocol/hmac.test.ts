import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Hmac } from './hmac.ts';

const reference = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('hex');

describe('the HMAC of requests', () => {
  it("is the runtime's for any secret and text, short after long", () => {
    const hmac = new Hmac();
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 1200 }), fc.string({ unit: 'grapheme', maxLength: 80 }));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 90 }), text, (secret, signed) => {
        expect(hmac.sign(secret, signed)).toBe(reference(secret, signed));
      }),
      { seed: 20261120, numRuns: 500 },
    );
  });

  it.each([0, 1, 63, 64, 65])('takes a secret of %d characters of one byte, or of two', (characters) => {
    for (const secret of ['s', '\x7f', '\x80', 'é'].map((character) => character.repeat(characters))) {
      expect(new Hmac().sign(secret, 'text €')).toBe(reference(secret, 'text €'));
    }
  });

  it('keeps what it prepared of a thousand secrets and no more', () => {
    const hmac = new Hmac();
    for (let index = 0; index < 2500; index += 1) expect(hmac.sign(`secret ${index}`, 'text')).toBe(reference(`secret ${index}`, 'text'));
  });

  it('verifies what it signs, and nothing else', () => {
    const hmac = new Hmac();
    const signature = hmac.sign('secret', 'text');
    expect(hmac.verify('secret', 'text', signature)).toBe(true);
    const others = [
      signature.toUpperCase(),
      signature.slice(1),
      `${signature}0`,
      `é${signature.slice(1)}`,
      String.fromCharCode(...[...signature].map((character) => 0x100 + character.charCodeAt(0))), // the same lower halves
      `0${signature.slice(0, -1)}`,
      '',
      '\0'.repeat(64),
    ];
    for (const other of others) expect(hmac.verify('secret', 'text', other)).toBe(false);
    expect([hmac.verify('other', 'text', signature), hmac.verify('secret', 'other', signature)]).toEqual([false, false]);
  });
});
