import { type Awaitable, andThen } from '../core/awaitable.ts';
import { md5Hex } from '../protocol/signature.ts';
import { type ApiCall, ownParameters } from './api-call.ts';
import { failure, type HttpResponse, ok } from './message.ts';

const maxKeyCharacters = 128;
/** Says that the events were published, and no more. */
const bareAnswer = '{}';

/** A request that publishes. */
interface Publication {
  /** Throws or rejects when nothing is known to be published; `once` makes the repeat safe when something was. */
  publish(once?: string): Awaitable<void>;
  /** The body of the answer. */
  describe(): Awaitable<string>;
}

/**
 * Publishes once per idempotency key, which is in the body or in the `X-Idempotency-Key` header: a repeat gets the first answer and nothing is
 * published. Only a failed publish frees the key; whatever fails after it must not invite a second one.
 */
export function once(call: ApiCall, body: unknown, publication: Publication): Awaitable<HttpResponse> {
  const key = idempotencyKey(call, body);
  if (key === undefined) return andThen(publication.publish(), () => andThen(publication.describe(), ok));
  if (typeof key !== 'string' || key === '' || key.length > maxKeyCharacters) {
    return failure(400, `An idempotency key is a string of 1 to ${maxKeyCharacters} characters`);
  }
  return onceUnder(key, call, publication);
}

async function onceUnder(key: string, call: ApiCall, publication: Publication): Promise<HttpResponse> {
  const id = `${call.app.id}/${key}`;
  const content = fingerprint(call);
  const claim = await call.engine.idempotency.claim(id, content);
  switch (claim.state) {
    case 'done':
      return ok(claim.answer);
    case 'conflict':
      return failure(409, 'This idempotency key was used for another body');
    case 'pending':
      return failure(503, 'The first request under this idempotency key is still under way', { 'Retry-After': '1' });
    case 'claimed':
      return ok(await publishClaimed(call, { id, content }, publication));
  }
}

interface Claimed {
  readonly id: string;
  /** What was claimed for: after a failure the key is free for something else, of which nothing was published. */
  readonly content: string;
}

async function publishClaimed({ engine }: ApiCall, { id, content }: Claimed, { publish, describe }: Publication): Promise<string> {
  const { idempotency, log } = engine;
  try {
    await publish(`${id}/${content}`);
  } catch (fault) {
    await idempotency.release(id);
    throw fault;
  }
  try {
    const answer = await describe();
    await idempotency.complete(id, answer);
    return answer;
  } catch (cause) {
    log.error({ err: cause }, 'events were published, but their answer could not be made or kept');
    await idempotency.complete(id, bareAnswer).catch(() => {}); // the store is what failed: then the key ends by its time
    return bareAnswer;
  }
}

function idempotencyKey({ request }: ApiCall, body: unknown): unknown {
  const inBody = typeof body === 'object' && body !== null && 'idempotency_key' in body ? body.idempotency_key : undefined;
  return inBody ?? (request.idempotencyKey === '' ? undefined : request.idempotencyKey);
}

/** What makes two requests the same: where they go and what they carry, but not when they were signed. */
function fingerprint({ request, query }: ApiCall): string {
  return md5Hex(`${request.path}\n${JSON.stringify(ownParameters(query))}\n${md5Hex(request.body)}`);
}
