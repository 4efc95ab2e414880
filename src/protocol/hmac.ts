import { createHash, createHmac, hash, timingSafeEqual } from 'node:crypto';

const blockBytes = 64;
const digestBytes = 32;
const maxTextCharacters = 1000;
const maxSecrets = 1000;

/** The two halves of an HMAC as RFC 2104 defines it: a block made of the key, and room for what is hashed behind it. */
interface Pads {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

/**
 * HMAC-SHA256 in hex, for where its price is felt: each HTTP request is signed, and each subscription of a private channel. Two one-shot hashes
 * over pads that are kept cost half of the runtime's HMAC, which makes a stream object for every call.
 */
export class Hmac {
  readonly #pads = new Map<string, Pads>();
  readonly #expected = Buffer.alloc(2 * digestBytes);
  readonly #given = Buffer.alloc(2 * digestBytes);

  /** Whether `given` is the signature of the text, in a time that does not depend on where they differ. */
  verify(secret: string, text: string, given: string): boolean {
    if (given.length !== 2 * digestBytes) return false;
    const expected = this.sign(secret, text);
    this.#expected.write(expected, 'latin1');
    this.#given.write(given, 'latin1'); // of other characters the lower half, with which they may look right
    return timingSafeEqual(this.#expected, this.#given) && given === expected;
  }

  sign(secret: string, text: string): string {
    if (text.length > maxTextCharacters) return createHmac('sha256', secret).update(text).digest('hex');
    const { inner, outer } = this.#pads.get(secret) ?? this.#prepare(secret);
    const length = inner.write(text, blockBytes);
    outer.write(hash('sha256', inner.subarray(0, blockBytes + length), 'binary'), blockBytes, 'binary');
    return hash('sha256', outer, 'hex');
  }

  #prepare(secret: string): Pads {
    const bytes = Buffer.from(secret);
    const key = bytes.length > blockBytes ? createHash('sha256').update(bytes).digest() : bytes;
    const pads: Pads = { inner: Buffer.alloc(blockBytes + 3 * maxTextCharacters, 0), outer: Buffer.alloc(blockBytes + digestBytes) };
    for (let index = 0; index < blockBytes; index += 1) {
      pads.inner[index] = (key[index] ?? 0) ^ 0x36;
      pads.outer[index] = (key[index] ?? 0) ^ 0x5c;
    }
    if (this.#pads.size >= maxSecrets) this.#pads.clear();
    this.#pads.set(secret, pads);
    return pads;
  }
}
