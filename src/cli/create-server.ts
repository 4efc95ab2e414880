import type { Config } from '../config/config.ts';
import type { Server, ServerOptions } from '../server.ts';

/** Creates a server in this process. The engine reads its limit of request heads when it is loaded, so it is loaded only now. */
export async function createServer(config: Config, options: ServerOptions): Promise<Server> {
  process.env.UWS_HTTP_MAX_HEADERS_SIZE = String(config.limits.requestHeaderBytes);
  const module = await import('../server.ts');
  return module.createServer(config, options);
}
