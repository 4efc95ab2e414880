import { randomInt } from 'node:crypto';

const shape = /^\d+\.\d+$/;
const maxCharacters = 64;
const range = 2 ** 47; // the widest that randomInt draws; twice that is far beyond guessing

/** A new id. It is the nonce of every signature on its connection, so it must not be guessable (clause 1.2). */
export function createSocketId(): string {
  return `${randomInt(range)}.${randomInt(range)}`;
}

/** Whether a text could be a socket id; every server SDK checks the same shape. */
export function isSocketId(text: string): boolean {
  return text.length <= maxCharacters && shape.test(text);
}
