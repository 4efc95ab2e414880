import { request } from 'undici';
import { type Command, flagValue, type Input } from './command.ts';
import { exitCodes } from './exit-code.ts';
import { signedPostUrl } from './sign-request.ts';
import { findTarget, targetFlags } from './target.ts';
import { complain, print } from './terminal.ts';

const timeoutMilliseconds = 30_000;

/** `clarion trigger`: publishes one event through the HTTP API of a running server. */
export const trigger: Command = {
  name: 'trigger',
  summary: 'Publish an event through the HTTP API of a running server.',
  positionals: { usage: 'CHANNEL EVENT [DATA]', least: 2, most: 3 },
  flags: {
    ...targetFlags,
    channel: { value: 'CHANNEL', repeats: true, description: 'A further channel.' },
    'socket-id': { value: 'ID', description: 'The connection that shall not receive the event.' },
    info: { value: 'NAMES', description: 'What to tell about the channels: user_count, subscription_count.' },
  },
  details: 'DATA is sent as it is, as text; clients parse it as JSON. Without it the event carries {}. The answer of the server is printed.',
  async run(input, terminal) {
    const body = JSON.stringify(bodyOf(input));
    const target = findTarget(input, terminal);
    const answer = await request(signedPostUrl(target, '/events', body, Date.now()), {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
      headersTimeout: timeoutMilliseconds,
      bodyTimeout: timeoutMilliseconds,
      reset: true, // one request: no reason to keep the connection
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 200 && answer.statusCode < 300) {
      print(terminal, text);
      return exitCodes.success;
    }
    complain(terminal, `The server answered ${answer.statusCode}: ${text}`);
    return exitCodes.failure;
  },
};

function bodyOf(input: Input): object {
  const [channel = '', name = '', data = '{}'] = input.positionals;
  const socketId = flagValue(input, 'socket-id');
  const info = flagValue(input, 'info');
  return {
    name,
    channels: [channel, ...(input.flags.get('channel') ?? [])],
    data,
    ...(socketId !== undefined && { socket_id: socketId }),
    ...(info !== undefined && { info }),
  };
}
