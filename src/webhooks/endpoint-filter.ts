import type { WebhookEndpoint, WebhookEventName } from '../core/app.ts';
import type { WebhookFact } from '../core/events.ts';
import { serverToUserPrefix } from '../protocol/channel-name.ts';

/** Whether the endpoint is told of the fact. */
export function accepts(endpoint: WebhookEndpoint, fact: WebhookFact): boolean {
  return endpoint.events.includes(fact.type) && matchesChannel(endpoint, fact.channel);
}

/** Whether the fact matters to the endpoint, be it only because it may cancel out with one that is accepted. */
export function concerns(endpoint: WebhookEndpoint, fact: WebhookFact): boolean {
  const opposite = opposites[fact.type];
  const isWanted = endpoint.events.includes(fact.type) || (opposite !== undefined && endpoint.events.includes(opposite));
  return isWanted && matchesChannel(endpoint, fact.channel);
}

const opposites: Partial<Record<WebhookEventName, WebhookEventName>> = {
  channel_occupied: 'channel_vacated',
  channel_vacated: 'channel_occupied',
  member_added: 'member_removed',
  member_removed: 'member_added',
};

/** Server-to-user channels are nobody's business (protocol clause 4). */
function matchesChannel({ filter }: WebhookEndpoint, channel: string): boolean {
  const { channelNameStartsWith = '', channelNameEndsWith = '' } = filter;
  return !channel.startsWith(serverToUserPrefix) && channel.startsWith(channelNameStartsWith) && channel.endsWith(channelNameEndsWith);
}
