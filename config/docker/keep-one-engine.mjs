// Removes the engine's binaries for every platform but the one that this script runs on: 130 MB become 7.
// Usage: node keep-one-engine.mjs PATH-OF-THE-ENGINE
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(process.argv[2] ?? '', 'dist', 'bin');
const needed = `uws_${process.platform}_${process.arch}_${process.versions.modules}.node`;

if (!existsSync(join(folder, needed))) {
  process.stderr.write(`The engine has no ${needed} in ${folder}: this platform or this Node.js is not supported.\n`);
  process.exit(1);
}
for (const file of readdirSync(folder)) if (file !== needed) rmSync(join(folder, file));
process.stdout.write(`kept ${needed}\n`);
