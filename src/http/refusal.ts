import { randomUUID } from 'node:crypto';
import type { Events } from '../core/events.ts';
import type { HttpRequest, HttpResponse } from './message.ts';

const shownCharacters = 200;

/** Tells of an answer that refuses a request. Returns the id by which caller and log can speak of it: the caller's own, or a new one. */
export function reportRefusal({ events }: { readonly events: Events }, request: HttpRequest, { status, body }: HttpResponse): string {
  const { method, path, requestId = randomUUID() } = request;
  const shown = { method: method.slice(0, shownCharacters), path: path.slice(0, shownCharacters) };
  events.emit({ type: 'request_refused', ...shown, status, reason: reasonOf(body), requestId });
  return requestId;
}

/** The start of the error's text: what follows the colon may quote a signature, which no log shall keep. */
function reasonOf(body: string): string {
  const { error } = JSON.parse(body) as { error: string };
  return error.split(':', 1)[0] ?? '';
}
