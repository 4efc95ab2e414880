/** What a client can say (clauses 1.3, 3.1, 3.3, 4). Names are not checked here: their limits belong to the app. */
export type ClientMessage =
  | { readonly type: 'ping' }
  | { readonly type: 'pong' }
  | SubscribeMessage
  | { readonly type: 'unsubscribe'; readonly channel: string }
  | { readonly type: 'signin'; readonly auth: string; readonly userData: string }
  | TokenMessage
  /** `data` is what the receivers get: text as it came, anything else as JSON text. */
  | { readonly type: 'client_event'; readonly event: string; readonly channel: string; readonly data: string }
  /** Nothing the protocol knows; `reason` is for the client. */
  | { readonly type: 'invalid'; readonly reason: string };

/** A JSON Web Token, the first or the next one. Not of Pusher's protocol. */
export interface TokenMessage {
  readonly type: 'token';
  readonly token: string;
  /** A sign-in is answered as one. */
  readonly isSignin: boolean;
}

export interface SubscribeMessage {
  readonly type: 'subscribe';
  readonly channel: string;
  /** Empty for public channels. */
  readonly auth: string;
  /** Signed with the rest whenever it is present. */
  readonly channelData?: string;
}

type JsonObject = Readonly<Record<string, unknown>>;
type Parse = (data: unknown) => ClientMessage;

const bearer = 'Bearer ';

const ping: ClientMessage = { type: 'ping' };
const pong: ClientMessage = { type: 'pong' };

const parsers: ReadonlyMap<string, Parse> = new Map<string, Parse>([
  ['pusher:ping', () => ping],
  ['pusher:pong', () => pong],
  ['pusher:subscribe', parseSubscribe],
  ['pusher:unsubscribe', parseUnsubscribe],
  ['pusher:signin', parseSignin],
  ['clarion:refresh_token', parseRefresh],
]);

/** Reads one text frame. Never throws: what cannot be understood is `invalid`. */
export function parseClientMessage(text: string): ClientMessage {
  const message = parseJson(text);
  if (message === undefined) return invalid('Received invalid JSON');
  if (!isObject(message)) return invalid('A message must be a JSON object');
  const { event } = message;
  if (typeof event !== 'string') return invalid('A message needs a string "event"');
  const parse = parsers.get(event);
  if (parse !== undefined) return parse(message.data);
  if (event.startsWith('client-')) return parseClientEvent(event, message);
  return invalid(`Unsupported event received on socket: ${event.slice(0, 200)}`);
}

function parseSubscribe(raw: unknown): ClientMessage {
  const data = decode(raw);
  if (!isObject(data)) return invalid('pusher:subscribe needs an object "data"');
  const { channel, channel_data: channelData } = data;
  const auth = data.auth ?? '';
  if (typeof channel !== 'string') return invalid('pusher:subscribe needs a string "channel"');
  if (typeof auth !== 'string') return invalid('"auth" must be a string');
  if (channelData === undefined || channelData === null) return { type: 'subscribe', channel, auth };
  if (typeof channelData !== 'string') return invalid('"channel_data" must be a string');
  return { type: 'subscribe', channel, auth, channelData };
}

function parseUnsubscribe(raw: unknown): ClientMessage {
  const data = decode(raw);
  if (!isObject(data) || typeof data.channel !== 'string') return invalid('pusher:unsubscribe needs a string "channel"');
  return { type: 'unsubscribe', channel: data.channel };
}

function parseSignin(raw: unknown): ClientMessage {
  const data = decode(raw);
  if (!isObject(data)) return invalid('pusher:signin needs an object "data"');
  const { auth, user_data: userData, token } = data;
  if (typeof token === 'string') return { type: 'token', token, isSignin: true };
  // The one way in which stock clients can send a token.
  if (typeof auth === 'string' && auth.startsWith(bearer)) return { type: 'token', token: auth.slice(bearer.length), isSignin: true };
  if (typeof auth !== 'string' || typeof userData !== 'string') return invalid('pusher:signin needs the strings "auth" and "user_data"');
  return { type: 'signin', auth, userData };
}

function parseRefresh(raw: unknown): ClientMessage {
  const data = decode(raw);
  if (!isObject(data) || typeof data.token !== 'string') return invalid('clarion:refresh_token needs a string "token"');
  return { type: 'token', token: data.token, isSignin: false };
}

function parseClientEvent(event: string, message: JsonObject): ClientMessage {
  const { channel, data } = message;
  if (typeof channel !== 'string') return invalid('A client event needs a string "channel"');
  const text = typeof data === 'string' ? data : stringify(data ?? null);
  return text === undefined ? invalid('The data of the client event is nested too deeply') : { type: 'client_event', event, channel, data: text };
}

/** Some clients send `data` as JSON text. */
function decode(data: unknown): unknown {
  return typeof data === 'string' ? parseJson(data) : data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Fails for what is nested deeper than the stack: parsing needs no stack, writing does. */
function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(reason: string): ClientMessage {
  return { type: 'invalid', reason };
}
