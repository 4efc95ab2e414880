import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Agent, buildConnector, errors } from 'undici';
import { createLookup, type Resolve, TargetRefused } from '../core/lookup.ts';
import { type AddressCheck, createPublicAddressCheck } from '../core/public-address.ts';
import type { PostOutcome } from './delivery.ts';
import type { WebhookSettings } from './settings.ts';
import type { Timers } from './timers.ts';

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Makes requests to endpoints. */
export interface Transport {
  /** Makes one attempt: any 2xx in time is a success, everything else is not, redirects included. Never rejects. */
  post(request: Post): Promise<PostOutcome>;
  /** Ends what is under way, which then fails, and closes the connections. */
  abort(): void;
}

interface TransportOptions {
  readonly settings: Pick<WebhookSettings, 'allowPrivateTargets' | 'allowHttp' | 'timeoutMilliseconds' | 'replyBytes'>;
  readonly timers: Timers;
  /** The system's resolver by default. */
  readonly resolve?: Resolve;
}

/** A transport with connections that are kept alive per origin. */
export function createTransport({ settings, timers, resolve = resolveBySystem }: TransportOptions): Transport {
  const isPublic = settings.allowPrivateTargets ? undefined : createPublicAddressCheck();
  const agent = new Agent({ connect: createConnector(isPublic, resolve, settings.timeoutMilliseconds), headersTimeout: 0, bodyTimeout: 0 });
  const underWay = new Set<AbortController>();

  async function post(request: Post): Promise<PostOutcome> {
    const url = parseUrl(request.url, settings.allowHttp);
    if (url === undefined) return { result: 'refused', reason: settings.allowHttp ? 'the URL is not valid' : 'the URL is not an https URL' };
    const abort = new AbortController();
    underWay.add(abort);
    const stopTimer = timers.after(settings.timeoutMilliseconds, () => abort.abort(new Error(`no reply within ${settings.timeoutMilliseconds} ms`)));
    try {
      return await exchange(agent, url, request, abort.signal, settings.replyBytes);
    } finally {
      stopTimer();
      underWay.delete(abort);
    }
  }

  return {
    post,
    abort() {
      for (const abort of underWay) abort.abort(new Error('the server stopped'));
      void agent.destroy(); // resolves when all sockets are closed; nobody waits for that
    },
  };
}

/** The status decides; what is wrong with the rest of a reply no longer matters. */
async function exchange(agent: Agent, url: URL, { headers, body }: Post, signal: AbortSignal, replyBytes: number): Promise<PostOutcome> {
  try {
    const options = { origin: url.origin, path: url.pathname + url.search, method: 'POST', headers, body, signal } as const;
    const reply = await agent.request(options);
    // Read to its end, so that the connection can be used again; cut when that takes too much or too long.
    await reply.body.dump({ limit: Math.max(1, replyBytes), signal }).catch(() => undefined);
    const isSuccess = reply.statusCode >= 200 && reply.statusCode < 300;
    return isSuccess ? { result: 'delivered' } : { result: 'failed', reason: `it answered ${reply.statusCode}` };
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): PostOutcome {
  const reason = error instanceof Error ? error.message || describe(error) : String(error);
  const isRefused = error instanceof TargetRefused || error instanceof errors.InvalidArgumentError;
  return { result: isRefused ? 'refused' : 'failed', reason };
}

/** What failed at several addresses has no message of its own. */
function describe(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}

function parseUrl(text: string, allowHttp: boolean): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' || (allowHttp && url.protocol === 'http:') ? url : undefined;
}

/** Connects to checked addresses only: names by the lookup, addresses in the URL here, because sockets do not look those up. */
function createConnector(isPublic: AddressCheck | undefined, resolve: Resolve, timeoutMilliseconds: number): buildConnector.connector {
  const connect = buildConnector({ timeout: timeoutMilliseconds, lookup: createLookup({ resolve, isPublic }) });
  return (options, callback) => {
    const { hostname } = options;
    if (isPublic !== undefined && isIP(hostname) !== 0 && !isPublic(hostname)) {
      callback(new TargetRefused(`${hostname} is not on the public internet`), null);
      return;
    }
    connect(options, callback);
  };
}

const resolveBySystem: Resolve = (hostname) => lookup(hostname, { all: true });
