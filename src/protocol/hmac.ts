import { createHmac, hash, timingSafeEqual } from 'node:crypto';

const blockBytes = 64;
const digestBytes = 32;
const maxSecrets = 1000;
const ascii = /^[\0-\x7f]*$/;

/** The two blocks that RFC 2104 makes of a key. Of an ASCII key both are ASCII, too. */
interface Pads {
  /** The text is appended to it. */
  readonly inner: string;
  /** With room for the inner digest. */
  readonly outer: Buffer;
}

/**
 * HMAC-SHA256 in hex, for where its price is felt: each HTTP request is signed, and each subscription of a private channel. Two one-shot hashes
 * over pads that are kept cost less than the runtime's HMAC, which makes a stream object for every call.
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
    const pads = this.#pads.get(secret) ?? this.#prepare(secret);
    if (pads === undefined) return createHmac('sha256', secret).update(text).digest('hex');
    pads.outer.write(hash('sha256', pads.inner + text, 'binary'), blockBytes, 'binary');
    return hash('sha256', pads.outer, 'hex');
  }

  /** A secret of other characters, or too long for a block, is rare enough to be slow. */
  #prepare(secret: string): Pads | undefined {
    if (secret.length > blockBytes || !ascii.test(secret)) return undefined;
    const key = Buffer.alloc(blockBytes);
    key.write(secret);
    const outer = Buffer.alloc(blockBytes + digestBytes);
    outer.set(key.map((byte) => byte ^ 0x5c));
    const pads: Pads = { inner: String.fromCharCode(...key.map((byte) => byte ^ 0x36)), outer };
    if (this.#pads.size >= maxSecrets) this.#pads.clear();
    this.#pads.set(secret, pads);
    return pads;
  }
}
