/** What the engine says when it cuts a connection by itself, in the place of a close frame's reason, with the close code that it does not send. */
const cuts: ReadonlyMap<string, number> = new Map([
  ['Received too big message', 1009],
  ['Received invalid UTF-8', 1007],
  ['Received invalid WebSocket frame', 1002],
  ['Received invalid close payload', 1002],
]);

/** No client can send this code. */
const withoutCloseFrame = 1006;

/** Why the engine cut a connection; undefined when it did not, but the network or the client. */
export interface EngineCut {
  readonly code: number;
  readonly reason: string;
}

export function readEngineCut(code: number, message: ArrayBuffer): EngineCut | undefined {
  if (code !== withoutCloseFrame) return undefined;
  const reason = Buffer.from(message).toString();
  const found = cuts.get(reason);
  return found === undefined ? undefined : { code: found, reason };
}
