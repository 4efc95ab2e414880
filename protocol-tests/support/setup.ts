import type { TestProject } from 'vitest/node';
import { sharedConfiguration } from './apps.ts';
import { parseLog, startServer, type TestServer } from './server.ts';
import { installSystemPackages } from './system-packages.ts';
import { foreignServer } from './target.ts';

/** Runs once before all test files: provides the server they share, and ends it after the last one. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  installSystemPackages();
  const targetUrl = process.env.TARGET_URL;
  if (targetUrl !== undefined && targetUrl !== '') {
    project.provide('server', foreignServer(targetUrl));
    return async () => undefined;
  }
  const server = await startServer(sharedConfiguration());
  project.provide('server', { httpUrl: server.httpUrl, pid: server.pid });
  return () => stopCleanly(server);
}

const errorLevels: readonly unknown[] = ['error', 'fatal'];

/** Whatever the tests sent, the server must have lived through it without one logged error. */
async function stopCleanly(server: TestServer): Promise<void> {
  const exitCode = await server.stop();
  const errors = server.lines.filter((line) => errorLevels.includes(parseLog(line)?.level));
  const said = [...errors, ...server.errorLines].join('\n');
  if (exitCode === 0 && said === '') return;
  process.exitCode = 1; // an error in here is only printed
  throw new Error(`The shared server ended with ${exitCode} and logged:\n${said}`);
}
