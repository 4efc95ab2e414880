import type { FlushPlan, FlushStep } from './flush-plan.ts';
import type { HeldChannel, Reading, Seat } from './held-channel.ts';
import type { Holdings } from './holdings.ts';
import type { RosterSnapshot } from './kept-roster.ts';
import { listOf, numberOf, rosterOf } from './reply.ts';

/** What a flush means for rosters and for those who wait. */
export interface FlushListener {
  /** Redis has the seat, by the message with this number or one before. */
  seated(channel: HeldChannel, seat: Seat): void;
  read(channel: HeldChannel, reading: Reading, snapshot: RosterSnapshot): void;
  readFailed(channel: HeldChannel, reading: Reading): void;
}

/** Notes what became of a flush. */
export class FlushSettler {
  readonly #holdings: Holdings;
  readonly #listener: FlushListener;

  constructor(holdings: Holdings, listener: FlushListener) {
    this.#holdings = holdings;
    this.#listener = listener;
  }

  /** Redis did all of it. `reply` is that of `apply.lua`. */
  settle({ steps, covered }: FlushPlan, reply: unknown): void {
    const [, sequenceReply, refusedReply, rosters] = listOf(reply);
    const sequence = numberOf(sequenceReply);
    const refused = new Set(listOf(refusedReply).map(numberOf));
    let takes = 0;
    let reads = 0;
    for (const step of steps) {
      if (step.type === 'read') {
        this.#listener.read(step.channel, step.reading, rosterOf(listOf(rosters)[reads], sequence));
        reads += 1;
      } else if (step.type === 'take') {
        this.#settleTake(step, refused.has(takes), sequence);
        takes += 1;
      } else if (step.type === 'leave') {
        step.channel.recordedSeats.delete(step.userId);
      } else {
        step.channel.recordedCount = step.count;
        step.channel.isKnown = step.count > 0;
        step.channel.isQuiet = false;
      }
    }
    for (const [channel, change] of covered) this.#release(channel, change);
  }

  /** Whether Redis did any of it is not known. */
  revert({ steps }: FlushPlan): void {
    for (const step of steps) {
      if (step.type === 'read') this.#listener.readFailed(step.channel, step.reading);
      else if (step.type === 'count') step.channel.recordedCount = undefined;
      else step.channel.changedSeats.add(step.userId);
    }
  }

  #settleTake({ channel, userId, seat }: Extract<FlushStep, { type: 'take' }>, isRefused: boolean, sequence: number): void {
    if (isRefused) channel.recordedSeats.delete(userId);
    if (channel.seats.get(userId) !== seat) return; // left in the meantime
    if (isRefused) {
      channel.seats.delete(userId);
      for (const answer of seat.waiting) answer('full');
      seat.waiting.clear();
      return;
    }
    seat.heldSince = sequence;
    seat.isAdmitted = true;
    seat.isQuiet = false;
    this.#listener.seated(channel, seat);
  }

  #release(channel: HeldChannel, change: number): void {
    const { waiting } = channel;
    if (waiting !== undefined) {
      const later = waiting.filter((waiter) => waiter.change > change);
      channel.waiting = later.length === 0 ? undefined : later;
      for (const waiter of waiting) if (waiter.change <= change) waiter.done();
    }
    this.#holdings.forgetIfIdle(channel);
  }
}
