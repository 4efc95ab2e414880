import type { AppStore, Clock } from '../core/ports.ts';
import { webhookBody, webhookHeaders } from '../protocol/webhook.ts';
import { type DeadLetter, describeEndpoint } from './dead-letter.ts';
import type { DeadLetterFile } from './dead-letter-file.ts';
import type { PostOutcome } from './delivery.ts';
import type { Transport } from './transport.ts';

interface ReplayOptions {
  readonly file: Pick<DeadLetterFile, 'drain'>;
  readonly apps: Pick<AppStore, 'byId'>;
  readonly transport: Pick<Transport, 'post'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Failures in a row after which an endpoint is left alone. */
  readonly breakerFailures: number;
  /** Which letters are wanted. */
  readonly isWanted: (letter: DeadLetter) => boolean;
  /** Hears what became of each wanted letter, in their order. */
  readonly report: (letter: DeadLetter, outcome: ReplayOutcome) => void;
}

/** `failed` and `skipped` letters stay on the list. */
export type ReplayOutcome = { readonly result: 'delivered' } | { readonly result: 'failed' | 'skipped'; readonly reason: string };

/**
 * Delivers dead letters anew, oldest first, one event per request, and takes those that were accepted off the list. Ids stay; each request is
 * signed with a key of today and has the time of today as its `time_ms`, because receivers refuse old ones; the event's own `time_ms` is when it
 * happened. What follows a failure in its channel is skipped, so that no channel is told out of order.
 */
export async function replay(options: ReplayOptions): Promise<void> {
  const failedChannels = new Set<string>();
  const failuresInARow = new Map<string, number>();

  async function tryLetter(letter: DeadLetter): Promise<ReplayOutcome> {
    const endpoint = `${letter.appId} ${letter.endpoint.fingerprint}`;
    const channel = `${endpoint} ${letter.event.channel}`;
    const failures = failuresInARow.get(endpoint) ?? 0;
    if (failures >= options.breakerFailures) return { result: 'skipped', reason: 'its endpoint keeps failing' };
    if (failedChannels.has(channel)) return { result: 'skipped', reason: 'an earlier one of its channel failed' };
    const outcome = await deliver(options, letter);
    if (outcome.result === 'delivered') {
      failuresInARow.delete(endpoint);
      return outcome;
    }
    failuresInARow.set(endpoint, failures + 1);
    failedChannels.add(channel);
    return { result: 'failed', reason: outcome.reason };
  }

  await options.file.drain(async (letter) => {
    if (!options.isWanted(letter)) return false;
    const outcome = await tryLetter(letter);
    options.report(letter, outcome);
    return outcome.result === 'delivered';
  });
}

async function deliver({ apps, transport, clock }: ReplayOptions, letter: DeadLetter): Promise<PostOutcome> {
  const app = await apps.byId(letter.appId);
  const endpoint = app?.webhooks.find((candidate) => describeEndpoint(candidate).fingerprint === letter.endpoint.fingerprint);
  const signer = app?.keys.find(({ status }) => status === 'active');
  if (endpoint === undefined) return { result: 'refused', reason: 'its endpoint is not in the configuration' };
  if (signer === undefined) return { result: 'refused', reason: 'its app has no active key to sign with' };
  const body = webhookBody(clock.now(), [JSON.stringify({ ...letter.event, time_ms: letter.at })]);
  return transport.post({ url: endpoint.url, headers: webhookHeaders(signer, body, { headers: endpoint.headers }), body });
}
