import { inject, onTestFinished, type TestContext } from 'vitest';
import { type StartOptions, startServer, type TestServer } from './server.ts';
import { needsOwnServer } from './target.ts';

/** Whether the suite runs against a server that is not ours to configure. */
export function isForeign(): boolean {
  return inject('server').foreignApp !== undefined;
}

/** Starts a server with this configuration for one test, and ends it with the test. Skips the test on a foreign server. */
export async function ownServer(context: TestContext, config: object, options?: StartOptions): Promise<TestServer> {
  needsOwnServer('a configuration of its own')(context);
  const server = await startServer({ drain: { windowSeconds: 0 }, ...config }, options);
  onTestFinished(async () => void (await server.stop()));
  return server;
}
