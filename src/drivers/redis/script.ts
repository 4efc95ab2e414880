import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Commands } from './client.ts';
import { errorCode } from './error-code.ts';

type Argument = string | number | Buffer;

/** What to load. */
export interface ScriptSource {
  /** Of the file `lua/NAME.lua`. */
  readonly name: string;
  /** Files that come before it in the same script: functions that several scripts share. */
  readonly include?: readonly string[];
  /** Redis 7 then refuses keys and topics of other slots, which it ignores silently otherwise. Redis 6 does not understand it. */
  readonly isStrict: boolean;
}

/**
 * A script that Redis runs as a whole or not at all. When Redis does not know it yet the whole text is sent. That takes a second round trip,
 * and what was sent in between comes first: whoever needs an order waits for the answer of one call before the next.
 */
export class Script {
  readonly name: string;
  readonly #text: string;
  readonly #hash: string;

  constructor(name: string, text: string) {
    this.name = name;
    this.#text = text;
    this.#hash = createHash('sha1').update(text).digest('hex');
  }

  /** All keys must be in one slot. Rejects with the reply when the script fails; texts are read as UTF-8. */
  async run(commands: Commands, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    try {
      return await commands.evalsha(this.#hash, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return commands.eval(this.#text, keys.length, ...keys, ...args);
    }
  }

  /** As `run`, with all texts as bytes. */
  async runForBytes(commands: Commands, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    try {
      return await commands.callBuffer('evalsha', this.#hash, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return commands.callBuffer('eval', this.#text, keys.length, ...keys, ...args);
    }
  }
}

/** Reads a script from the folder `lua` beside this file. */
export function loadScript({ name, include = [], isStrict }: ScriptSource): Script {
  const parts = [...include, name].map((part) => readFileSync(new URL(`./lua/${part}.lua`, import.meta.url), 'utf8'));
  return new Script(name, `${isStrict ? '#!lua\n' : ''}${parts.join('\n')}`);
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && errorCode(error) === 'NOSCRIPT';
}
