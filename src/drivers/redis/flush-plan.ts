import type { HeldChannel, Reading, Seat } from './held-channel.ts';

/** One value that is on its way to Redis. */
export type FlushStep =
  | { readonly type: 'leave'; readonly channel: HeldChannel; readonly userId: string }
  | { readonly type: 'count'; readonly channel: HeldChannel; readonly count: number }
  | { readonly type: 'take'; readonly channel: HeldChannel; readonly userId: string; readonly seat: Seat }
  | { readonly type: 'read'; readonly channel: HeldChannel; readonly reading: Reading };

/** What one call tells Redis. */
export interface FlushPlan {
  readonly steps: readonly FlushStep[];
  /** Per channel: the change up to which everything is in this plan; absent when some of it has to wait for the next. */
  readonly covered: ReadonlyMap<HeldChannel, number>;
}

/** How far a plan has grown. */
interface Draft {
  readonly steps: FlushStep[];
  readonly maxWork: number;
  work: number;
}

/** What a step costs Redis, compared with others: a roster has many members. */
const readWork = 10;

/**
 * Takes what differs out of the set of changed channels, with the values of now. Within a channel users leave before the count falls and come
 * after it has risen, so that the channel is never vacated with members in it.
 */
export function planFlush(changed: Set<HeldChannel>, maxWork: number): FlushPlan {
  const draft: Draft = { steps: [], maxWork, work: 0 };
  const covered = new Map<HeldChannel, number>();
  for (const channel of changed) {
    if (isFull(draft)) break;
    if (!planChannel(draft, channel)) break;
    changed.delete(channel);
    covered.set(channel, channel.change);
  }
  return { steps: draft.steps, covered };
}

/** The arguments for `apply.lua`. */
export function argumentsOf({ steps }: FlushPlan): readonly (string | number)[] {
  const args: (string | number)[] = [];
  for (const step of steps) {
    const { key } = step.channel;
    if (step.type === 'leave') args.push('l', key, step.userId);
    else if (step.type === 'count') args.push('c', key, step.count, step.channel.isQuiet ? 1 : 0);
    else if (step.type === 'take') args.push('t', key, step.userId, step.seat.member.userInfo, maximumOf(step.seat), step.seat.isQuiet ? 1 : 0);
    else args.push('r', key);
  }
  return args;
}

/** Returns whether all of the channel is in the plan. */
function planChannel(draft: Draft, channel: HeldChannel): boolean {
  const taking: [userId: string, seat: Seat][] = [];
  for (const userId of channel.changedSeats) {
    const seat = channel.seats.get(userId);
    if (seat !== undefined) {
      taking.push([userId, seat]);
      continue;
    }
    if (isFull(draft)) return false;
    channel.changedSeats.delete(userId);
    if (channel.recordedSeats.has(userId)) add(draft, { type: 'leave', channel, userId });
  }
  if (isFull(draft)) return false;
  if (channel.count !== channel.recordedCount) {
    add(draft, { type: 'count', channel, count: channel.count });
    channel.recordedCount = undefined;
  }
  return planSeats(draft, channel, taking);
}

function planSeats(draft: Draft, channel: HeldChannel, taking: readonly (readonly [userId: string, seat: Seat])[]): boolean {
  const stepsBefore = draft.steps.length;
  let isWhole = true;
  for (const [userId, seat] of taking) {
    isWhole = !isFull(draft);
    if (!isWhole) break;
    channel.changedSeats.delete(userId);
    if (seat.heldSince !== undefined) continue;
    channel.recordedSeats.add(userId);
    add(draft, { type: 'take', channel, userId, seat });
  }
  if (draft.steps.length > stepsBefore && channel.roster === undefined && channel.reading === undefined) {
    channel.reading = { announced: [] };
    add(draft, { type: 'read', channel, reading: channel.reading });
  }
  return isWhole;
}

function add(draft: Draft, step: FlushStep): void {
  draft.steps.push(step);
  draft.work += step.type === 'read' ? readWork : 1;
}

function isFull({ work, maxWork }: Draft): boolean {
  return work >= maxWork;
}

/** Whoever had the seat before Redis lost it is not refused. */
function maximumOf({ isAdmitted, maxMembers }: Seat): number {
  return isAdmitted || !Number.isFinite(maxMembers) ? -1 : maxMembers;
}
