import { Client } from './client.ts';
import type { Target } from './target.ts';

/** A client that has subscribed to these channels, none of which is a presence channel. */
export async function listener(target: Target, ...channels: readonly string[]): Promise<Client> {
  const client = await Client.connect(target);
  for (const channel of channels) await client.subscribe(channel);
  return client;
}
