import type { SubscriptionFault } from './error.ts';
import type { Member } from './member.ts';

/*
 * Frames are concatenated around what is constant in them. `data` is a string that contains JSON ("double encoding", clause 2), except in
 * `pusher:error` and `pusher:signin_success`.
 */

/** Answer to `pusher:ping` (clause 1.3). */
export const pongFrame = '{"event":"pusher:pong","data":"{}"}';
/** Asks an idle client for a `pusher:pong` (clause 1.3). */
export const pingFrame = '{"event":"pusher:ping","data":"{}"}';

/** The first frame of every accepted connection (clause 1.2). */
export function connectionEstablished(socketId: string, activityTimeoutSeconds: number): string {
  return `{"event":"pusher:connection_established","data":"{\\"socket_id\\":\\"${socketId}\\",\\"activity_timeout\\":${activityTimeoutSeconds}}"}`;
}

/** `data` is an object here, as on Pusher (clause 1.4). */
export function errorFrame(code: number | null, message: string): string {
  return `{"event":"pusher:error","data":{"code":${code},"message":${JSON.stringify(message)}}}`;
}

/** What stands between an event's name and its data; constant for a channel, so channels keep it. */
export function channelMiddle(channel: string): string {
  return `,"channel":${JSON.stringify(channel)},"data":`;
}

/** An event for the subscribers of a channel. `dataJson` is the data as a JSON string literal; `userId` belongs to client events only. */
export function eventFrame(event: string, middle: string, dataJson: string, userId?: string): string {
  const head = `{"event":${JSON.stringify(event)}${middle}${dataJson}`;
  return userId === undefined ? `${head}}` : `${head},"user_id":${JSON.stringify(userId)}}`;
}

export function subscriptionSucceeded(middle: string): string {
  return `{"event":"pusher_internal:subscription_succeeded"${middle}"{}"}`;
}

/** `escapedPresence` is the roster, already escaped for its place inside a JSON string (clause 3.2). */
export function presenceSucceeded(middle: string, escapedPresence: string): string {
  return `{"event":"pusher_internal:subscription_succeeded"${middle}"${escapedPresence}"}`;
}

export function subscriptionError(channel: string, fault: SubscriptionFault): string {
  return `{"event":"pusher:subscription_error"${channelMiddle(channel)}${JSON.stringify(JSON.stringify(fault))}}`;
}

export function cacheMiss(channel: string): string {
  return `{"event":"pusher:cache_miss","channel":${JSON.stringify(channel)}}`;
}

export function memberAdded(middle: string, { userId, userInfo }: Member): string {
  const data = `{"user_id":${JSON.stringify(userId)},"user_info":${userInfo}}`;
  return `{"event":"pusher_internal:member_added"${middle}${JSON.stringify(data)}}`;
}

export function memberRemoved(middle: string, userId: string): string {
  const data = `{"user_id":${JSON.stringify(userId)}}`;
  return `{"event":"pusher_internal:member_removed"${middle}${JSON.stringify(data)}}`;
}

/** Clause 3.5. */
export function subscriptionCount(middle: string, count: number): string {
  return `{"event":"pusher_internal:subscription_count"${middle}"{\\"subscription_count\\":${count}}"}`;
}

/** `userData` goes back as it came (clause 4). */
export function signinSuccess(userData: string): string {
  return `{"event":"pusher:signin_success","data":{"user_data":${JSON.stringify(userData)}}}`;
}

/** `user_data` of a user that a token stands for, in the form of a sign-in. */
export function userDataOf({ userId, userInfo }: Member): string {
  return `{"id":${JSON.stringify(userId)},"user_info":${userInfo}}`;
}

/** The token of the connection will end soon. `expiresAt` in seconds since the epoch. Not of Pusher's protocol, like the next. */
export function tokenExpiring(expiresAt: number, secondsLeft: number): string {
  return `{"event":"clarion:token_expiring","data":"{\\"expires_at\\":${expiresAt},\\"seconds_left\\":${secondsLeft}}"}`;
}

/** A new token has taken the place of the old one. `expiresAt` in seconds since the epoch. */
export function tokenRefreshed(expiresAt: number): string {
  return `{"event":"clarion:token_refreshed","data":"{\\"expires_at\\":${expiresAt}}"}`;
}

/** Users of a watchlist that came or went (clause 4). */
export function watchlistEvents(events: readonly { readonly name: 'online' | 'offline'; readonly user_ids: readonly string[] }[]): string {
  return `{"event":"pusher_internal:watchlist_events","data":${JSON.stringify(JSON.stringify({ events }))}}`;
}
