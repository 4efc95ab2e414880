import type { Batch, Channel } from './channel.ts';

/** How many windows an event waits; announcements, which wait for more, are no measure of it. */
export const eventWindows = 1;
/** So many waits in a row that gathered as many frames, and nothing in their second half, are enough; then so many batches leave with as many. */
const maxVainWaits = 3;
const batchesWithoutWait = 256;

/** Takes note of what a wait for more events has gathered, when its time is over. */
export function noteWait(channel: Channel, now: number): void {
  const { queue, busyAt, vainWaits } = channel;
  const batch = queue?.at(-1);
  if (batch?.windows !== eventWindows) return;
  const isVain = queue?.length === 1 && now - busyAt >= (now - batch.since) / 2;
  if (!isVain) channel.vainWaits = undefined;
  else if (vainWaits?.frames !== batch.frames) channel.vainWaits = { frames: batch.frames, inARow: 1, spared: 0 };
  else {
    vainWaits.inARow += 1;
    if (vainWaits.inARow >= maxVainWaits) vainWaits.spared = batchesWithoutWait;
  }
}

/** Whether the batch has what waiting would gather. After a number of such batches a single wait tells whether that still holds. */
export function isSpared({ vainWaits }: Channel, { frames }: Batch): boolean {
  if (vainWaits === undefined || vainWaits.spared === 0 || frames !== vainWaits.frames) return false;
  vainWaits.spared -= 1;
  return true;
}
