import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { localUrl } from './address.ts';
import { type Command, flagValue, UsageError } from './command.ts';
import { configFlags, loadFrom, optionFlags } from './config-flags.ts';
import { exitCodes } from './exit-code.ts';
import { complain, print } from './terminal.ts';

const { host, port } = optionFlags;
const defaultTimeoutSeconds = 3;

/** `clarion health`: what a container or a service manager runs to learn whether the server lives; images need no other HTTP client for it. */
export const health: Command = {
  name: 'health',
  summary: 'Ask the server on this machine whether it lives or, with --ready, whether it takes clients.',
  flags: {
    ...configFlags,
    host,
    port,
    ready: { description: 'Ask /ready instead of /live.' },
    timeout: { value: 'SECONDS', description: `How long to wait for the answer. ${defaultTimeoutSeconds} by default.` },
  },
  details: 'Ends with 0 when the answer is yes, with 1 when it is no or does not come.',
  async run(input, terminal) {
    const timeoutSeconds = readSeconds(flagValue(input, 'timeout'));
    const { config } = loadFrom(input, terminal);
    if (config.server.port === 0) throw new UsageError('The configuration leaves the port open: say --port.');
    const url = new URL(input.flags.has('ready') ? '/ready' : '/live', localUrl(config.server));
    const { status, body } = await ask(url, timeoutSeconds);
    if (status === 200) print(terminal, body);
    else complain(terminal, `${status} ${body}`);
    return status === 200 ? exitCodes.success : exitCodes.failure;
  },
};

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** An answer is a line; whatever else listens there could go on for ever. */
const mostCharacters = 10_000;

/** Rejects with a sentence when no answer comes. The certificate is not checked: it is for the public name, and this is the machine itself. */
function ask(url: URL, timeoutSeconds: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutSeconds * 1000);
    const onAnswer = (response: IncomingMessage): void => {
      let body = '';
      response.setEncoding('utf8').on('error', reject);
      response.on('data', (text: string) => {
        body += text;
        if (body.length > mostCharacters) response.destroy(new Error(`${url} answers with more than a health check would`));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: body.trim() }));
    };
    const request =
      url.protocol === 'https:'
        ? getHttps(url, { signal, rejectUnauthorized: false, agent: false }, onAnswer)
        : getHttp(url, { signal, agent: false }, onAnswer);
    request.on('error', (error) => {
      reject(
        new Error(signal.aborted ? `${url} did not answer in ${timeoutSeconds} s` : `${url} does not answer: ${error.message}`, { cause: error }),
      );
    });
  });
}

function readSeconds(text: string | undefined): number {
  if (text === undefined) return defaultTimeoutSeconds;
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new UsageError('--timeout must be a whole number of seconds from 1 to 999.');
  return Number(text);
}
