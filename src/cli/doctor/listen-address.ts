import { createServer } from 'node:net';
import type { Config } from '../../config/config.ts';
import { localUrl } from '../address.ts';
import type { Finding } from './finding.ts';

const subject = 'port';
const answerMilliseconds = 2000;

/** Whether the server could listen where it is told to, or does so already. */
export async function checkListenAddress(server: Config['server']): Promise<Finding> {
  const { host, port } = server;
  const place = `${host} port ${port}`;
  const code = await tryListen(host, port);
  switch (code) {
    case undefined:
      return { grade: 'ok', subject, text: `${place} is free` };
    case 'EADDRINUSE':
      if (await isServing(localUrl(server))) return { grade: 'ok', subject, text: `a server answers on ${place} already` };
      return { grade: 'fault', subject, text: `${place} is taken by another program: end it (\`ss -ltnp\` names it) or change server.port` };
    case 'EACCES':
      return { grade: 'fault', subject, text: `${place} is not allowed: ports below 1024 need a privilege; take another one, behind a proxy` };
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return {
        grade: 'fault',
        subject,
        text: `${host} is no address of this machine: server.host is what to listen on, such as 0.0.0.0, not the public name`,
      };
    default:
      return { grade: 'fault', subject, text: `cannot listen on ${place}: ${code}` };
  }
}

/** The system's code for why not. */
function tryListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

async function isServing(url: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/up', url), { signal: AbortSignal.timeout(answerMilliseconds) });
    return (await response.text()).includes('"health"');
  } catch {
    return url.startsWith('https:'); // its certificate is for another name than this address
  }
}
