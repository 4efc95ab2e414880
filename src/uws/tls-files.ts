import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

/** Files in PEM form. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Throws, naming the option and the files, unless they are a certificate and its key. */
export function checkTlsFiles({ certFile, keyFile }: TlsFiles): void {
  try {
    createSecureContext({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
  } catch (cause) {
    throw new Error(`server.tls: ${certFile} and ${keyFile} are not a certificate and its key in PEM form`, { cause });
  }
}

/** Notices that the files were replaced. */
export class TlsWatch {
  readonly #files: TlsFiles;
  #loaded: string;
  #seen: string;

  constructor(files: TlsFiles) {
    this.#files = files;
    this.#loaded = stateOf(files);
    this.#seen = this.#loaded;
  }

  /** Called once a second. `true` once per change, when nothing has changed any more since the last call: two files are not written at once. */
  hasChanged(): boolean {
    const state = stateOf(this.#files);
    const isSettled = state === this.#seen;
    this.#seen = state;
    if (!isSettled || state === this.#loaded) return false;
    this.#loaded = state;
    return true;
  }
}

function stateOf({ certFile, keyFile }: TlsFiles): string {
  return [certFile, keyFile]
    .map((file) => {
      try {
        const { ino, size, mtimeMs } = statSync(file);
        return `${ino} ${size} ${mtimeMs}`;
      } catch {
        return 'out of reach'; // for one second, or for good: whoever renews a certificate may take its folder's rights away, too
      }
    })
    .join(' ');
}
