import { api } from './api.ts';
import type { Target } from './target.ts';

/** The occupied channels of the app, by name, as one node lists them. */
export async function listChannels(target: Target): Promise<readonly string[]> {
  const { json } = await api(target, 'GET', '/channels');
  return Object.keys((json as { readonly channels: object }).channels).sort();
}

/** The users of a presence channel as one node tells them. */
export async function listUsers(target: Target, channel: string): Promise<readonly string[]> {
  const { json } = await api(target, 'GET', `/channels/${channel}/users`);
  return (json as { readonly users: readonly { readonly id: string }[] }).users.map(({ id }) => id).sort();
}

/** The subscriptions of a channel as one node counts them. */
export async function countSubscriptions(target: Target, channel: string): Promise<number> {
  const { json } = await api(target, 'GET', `/channels/${channel}`, undefined, { info: 'subscription_count' });
  return (json as { readonly subscription_count?: number }).subscription_count ?? 0;
}
