import type { GeneratorSettings, PublishCommand } from './command.ts';
import { channelAt } from './crowd.ts';
import { encodeFrame, opcodes } from './frame.ts';
import { signPost } from './sign.ts';
import { encodePost } from './trigger-connection.ts';

/** Enough different messages that no two in flight carry the same number. */
const messagesAtLeast = 1024;
const eventsPerBatch = 10;
const numberDigits = 8;
/** How the number is introduced in a received frame, where the data is a string within a string. */
const numberMark = Buffer.from(String.raw`n\":\"`);

/**
 * All messages of a workload, ready to be sent again and again: signing takes longer than sending, and a publisher that signs each time would
 * compete with the readers for the generator's core.
 */
export function encodeMessages(settings: GeneratorSettings, command: PublishCommand): readonly Buffer[] {
  const rounds = Math.ceil(messagesAtLeast / command.channels.distinct);
  return Array.from({ length: rounds * command.channels.distinct }, (_, index) => encodeMessage(settings, command, index));
}

/** The index of the message that a received frame carries; `undefined` for other frames. */
export function messageIndex(frame: Buffer): number | undefined {
  const at = frame.indexOf(numberMark);
  if (at < 0) return undefined;
  const start = at + numberMark.length;
  return Number(frame.toString('latin1', start, start + numberDigits));
}

function encodeMessage({ address, credentials }: GeneratorSettings, { via, channels, payloadBytes }: PublishCommand, index: number): Buffer {
  const channel = channelAt(channels, index);
  const data = payload(index, payloadBytes);
  if (via === 'client-event') return encodeFrame(opcodes.text, JSON.stringify({ event: 'client-message', channel, data }));
  const path = `/apps/${credentials.appId}/${via === 'batch' ? 'batch_events' : 'events'}`;
  const batch = Array.from({ length: eventsPerBatch }, (_, nth) => ({ name: 'message', channel: channelAt(channels, index + nth), data }));
  const body = JSON.stringify(via === 'batch' ? { batch } : { name: 'message', channels: [channel], data });
  return encodePost(address, signPost(credentials, path, body), body);
}

function payload(index: number, bytes: number): string {
  const n = String(index).padStart(numberDigits, '0');
  const bare = JSON.stringify({ n, text: '' });
  return JSON.stringify({ n, text: 'x'.repeat(Math.max(0, bytes - bare.length)) });
}
