import { readdirSync, statSync } from 'node:fs';

const folder = '/proc/self/fd';

/**
 * How many file descriptors this process has, on Linux; throws elsewhere. Recent kernels give the number as the folder's size, at once and without a
 * descriptor; with older ones it is as many entries as are listed, which takes both, and fails while there is none left.
 */
export function countOpenFiles(): number {
  return statSync(folder, { throwIfNoEntry: false })?.size || readdirSync(folder).length;
}
