import { md5Hex } from '../protocol/signature.ts';
import { type ApiCall, ownParameters } from './api-call.ts';
import { failure, type HttpResponse, ok } from './message.ts';

const maxKeyCharacters = 128;

/**
 * Does a thing once per idempotency key: a repeat gets the first answer and nothing is published. `perform` returns the body of the answer;
 * when it fails the key is free again. The key is in the body or in the `X-Idempotency-Key` header.
 */
export async function once(call: ApiCall, body: unknown, perform: () => Promise<string>): Promise<HttpResponse> {
  const key = idempotencyKey(call, body);
  if (key === undefined) return ok(await perform());
  if (typeof key !== 'string' || key === '' || key.length > maxKeyCharacters) {
    return failure(400, `An idempotency key is a string of 1 to ${maxKeyCharacters} characters`);
  }
  const { idempotency } = call.engine;
  const id = `${call.app.id}/${key}`;
  const claim = await idempotency.claim(id, fingerprint(call));
  switch (claim.state) {
    case 'done':
      return ok(claim.answer);
    case 'conflict':
      return failure(409, 'This idempotency key was used for another body');
    case 'pending':
      return failure(503, 'The first request under this idempotency key is still under way', { 'Retry-After': '1' });
    case 'claimed':
      return ok(await performClaimed(call, id, perform));
  }
}

async function performClaimed({ engine: { idempotency } }: ApiCall, id: string, perform: () => Promise<string>): Promise<string> {
  let answer: string | undefined;
  try {
    answer = await perform();
    return answer;
  } finally {
    await (answer === undefined ? idempotency.release(id) : idempotency.complete(id, answer));
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
