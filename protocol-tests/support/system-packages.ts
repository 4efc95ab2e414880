import { spawnSync } from 'node:child_process';

/** Programs that tests run, and the Debian packages that hold them. */
const required: readonly { readonly command: string; readonly package: string }[] = [
  { command: 'chromium', package: 'chromium' },
  { command: 'openssl', package: 'openssl' },
  { command: 'redis-server', package: 'redis-server' },
  { command: 'redis-sentinel', package: 'redis-sentinel' },
  { command: 'nginx', package: 'nginx' },
  { command: 'haproxy', package: 'haproxy' },
  { command: 'fail2ban-regex', package: 'fail2ban' },
  { command: 'promtool', package: 'prometheus' },
  { command: 'amtool', package: 'prometheus-alertmanager' },
];

/**
 * Makes sure that all required programs are there: as root it installs what is missing, otherwise it throws an error that names the packages
 * and the command. Tests are never skipped for want of a program.
 */
export function installSystemPackages(): void {
  const missing = required.filter(({ command }) => !isInstalled(command)).map((entry) => entry.package);
  if (missing.length === 0) return;
  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...missing];
  const advice = `The tests need the Debian packages: ${missing.join(', ')}. Install them with: sudo ${install.join(' ')}`;
  if (process.getuid?.() !== 0) throw new Error(advice);
  const isDone = run(['apt-get', 'update']) && run(install);
  if (!isDone) throw new Error(advice);
}

/** The environment with the folder that holds servers such as nginx, which is not in everybody's path. */
export function withServers(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
}

function isInstalled(command: string): boolean {
  return spawnSync('which', [command], { stdio: 'ignore', env: withServers() }).status === 0;
}

function run([command = '', ...args]: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0;
}
