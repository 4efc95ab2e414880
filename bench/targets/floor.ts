import { App, type HttpResponse, us_socket_local_port, type WebSocket } from 'uWebSockets.js';
import { randomInt } from 'node:crypto';

/**
 * The least that a server on this engine can do: the wire protocol of Clarion without a single check. No signatures, no limits, no
 * bookkeeping; channels are the engine's own topics.
 */
interface User {
  socketId: string;
}

interface TriggeredEvent {
  readonly name: string;
  readonly data: string;
  readonly channel?: string;
  readonly channels?: readonly string[];
}

const app = App();

app.ws<User>('/app/:key', {
  maxPayloadLength: 256 * 1024,
  maxBackpressure: 1024 * 1024,
  closeOnBackpressureLimit: true,
  idleTimeout: 960,
  upgrade(response, request, context) {
    const socketId = `${randomInt(1e9)}.${randomInt(1e9)}`;
    const [key, protocol, extensions] = ['key', 'protocol', 'extensions'].map((name) => request.getHeader(`sec-websocket-${name}`));
    response.upgrade({ socketId }, key ?? '', protocol ?? '', extensions ?? '', context);
  },
  open(socket) {
    const { socketId } = socket.getUserData();
    send(socket, 'pusher:connection_established', undefined, JSON.stringify({ socket_id: socketId, activity_timeout: 120 }));
  },
  message(socket, message) {
    const text = Buffer.from(message).toString();
    const { event, channel, data } = JSON.parse(text);
    if (event === 'pusher:ping') socket.send('{"event":"pusher:pong","data":{}}');
    else if (event === 'pusher:subscribe') subscribe(socket, data.channel);
    else if (event === 'pusher:unsubscribe') socket.unsubscribe(data.channel);
    else if (event.startsWith('client-')) socket.publish(channel, encode(event, channel, data));
  },
});

app.post('/apps/:id/events', (response) => receive(response, publish));

app.post('/apps/:id/batch_events', (response) =>
  receive(response, ({ batch }: { readonly batch: readonly TriggeredEvent[] }) => {
    for (const event of batch) publish(event);
  }),
);

app.listen('127.0.0.1', 0, (socket) => {
  if (socket === false) throw new Error('The floor cannot listen');
  console.log(JSON.stringify({ msg: 'listening', port: us_socket_local_port(socket) }));
});

function subscribe(socket: WebSocket<User>, channel: string): void {
  socket.subscribe(channel);
  send(socket, 'pusher_internal:subscription_succeeded', channel, '{}');
}

function send(socket: WebSocket<User>, event: string, channel: string | undefined, data: string): void {
  socket.send(encode(event, channel, data));
}

function publish({ name, data, channel, channels = [channel ?? ''] }: TriggeredEvent): void {
  for (const each of channels) app.publish(each, encode(name, each, data));
}

function encode(event: string, channel: string | undefined, data: string): string {
  const middle = channel === undefined ? '' : `"channel":${JSON.stringify(channel)},`;
  return `{"event":${JSON.stringify(event)},${middle}"data":${JSON.stringify(data)}}`;
}

function receive<Body>(response: HttpResponse, act: (body: Body) => void): void {
  let text = '';
  response.onAborted(() => {});
  response.onData((chunk, isLast) => {
    text += Buffer.from(chunk).toString(); // the bench sends ASCII
    if (!isLast) return;
    act(JSON.parse(text));
    response.writeHeader('Content-Type', 'application/json').end('{}');
  });
}
