import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for a server's files. */
export interface Scratch {
  readonly folder: string;
  discard(): void;
}

/** Makes one that is gone when this process ends, at the latest. */
export function makeScratch(name: string): Scratch {
  const folder = mkdtempSync(join(tmpdir(), `clarion-bench-${name}-`));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  return {
    folder,
    discard() {
      process.off('exit', remove);
      remove();
    },
  };
}
