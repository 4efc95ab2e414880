import { request } from 'undici';
import { signedGetUrl, type Target } from './sign-request.ts';

const answerTimeoutMilliseconds = 30_000;
/** The feed writes something every 5 s. */
const silenceTimeoutMilliseconds = 20_000;
const maxLineCharacters = 1_048_576;

/** Asks the app's HTTP API once. Throws the server's refusal, and whatever the network does. */
export async function getOnce(target: Target, path: string): Promise<string> {
  const answer = await request(signedGetUrl(target, path, new Map(), Date.now()), {
    headersTimeout: answerTimeoutMilliseconds,
    bodyTimeout: answerTimeoutMilliseconds,
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`The server answered ${answer.statusCode}: ${text}`);
  return text;
}

interface FeedOptions {
  readonly target: Target;
  /** The query: filters of the feed. */
  readonly wishes: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  /** The feed is open. */
  readonly onOpen: () => void;
}

/** The lines of the app's live feed, until the server ends it. Throws the server's refusal, and whatever the network and the signal do. */
export async function* readFeed({ target, wishes, signal, onOpen }: FeedOptions): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const answer = await request(signedGetUrl(target, '/feed', wishes, Date.now()), {
    headersTimeout: answerTimeoutMilliseconds,
    bodyTimeout: silenceTimeoutMilliseconds,
    signal,
  });
  if (answer.statusCode !== 200) throw new Error(`The server answered ${answer.statusCode}: ${await answer.body.text()}`);
  onOpen();
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxLineCharacters) throw new Error('The server sends a line that does not end.');
    for (const line of lines) if (line !== '') yield parseLine(line);
  }
}

function parseLine(line: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(line);
  return { ...(typeof value === 'object' ? value : null) };
}
