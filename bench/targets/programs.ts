import { spawnSync } from 'node:child_process';

/** Programs that some scenarios need beside Node. */
export type Program = 'redis-server' | 'openssl';

/** How to start it: `REDIS_SERVER_BIN` names another Redis or Valkey. */
export function commandOf(program: Program): string {
  return program === 'redis-server' ? (process.env.REDIS_SERVER_BIN ?? program) : program;
}

export function isInstalled(program: Program): boolean {
  return spawnSync(commandOf(program), [program === 'openssl' ? 'version' : '--version'], { stdio: 'ignore' }).error === undefined;
}
