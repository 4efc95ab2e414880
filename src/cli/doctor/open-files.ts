import type { Config } from '../../config/config.ts';
import type { Finding } from './finding.ts';

const subject = 'file descriptors';
const fewest = 1024;
const enough = 10_000;
/** For the log, the listen socket, Redis and webhooks. */
const ownFiles = 100;
const remedy = 'raise the limit: `ulimit -n 65536` in the shell, LimitNOFILE=65536 with systemd, --ulimit nofile=65536 with Docker';

/** Whether as many connections can be open as are wanted. `limit` is the process's limit; `Infinity` when it is not known. */
export function checkOpenFiles({ apps, limits }: Pick<Config, 'apps' | 'limits'>, limit: number): Finding {
  if (limit === Number.POSITIVE_INFINITY) return { grade: 'ok', subject, text: 'the limit is not known on this system' };
  const usable = Math.floor((limit * limits.openFilesPercent) / 100) - ownFiles;
  const wanted = apps.reduce((sum, { maxConnections }) => sum + maxConnections, 0);
  const is = `at most ${limit} files, which is about ${Math.max(0, usable)} connections`;
  if (limit < fewest) return { grade: 'fault', subject, text: `${is}; ${remedy}` };
  if (Number.isFinite(wanted) && wanted > usable) {
    return { grade: 'warning', subject, text: `${is}, but the apps may have ${wanted} connections together; ${remedy}` };
  }
  return limit < enough ? { grade: 'warning', subject, text: `${is}; ${remedy}` } : { grade: 'ok', subject, text: is };
}
