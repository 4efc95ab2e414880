import type { QueuedFact } from '../core/ports.ts';
import type { WebhookEvent } from '../protocol/webhook.ts';

/** What an endpoint is told of a fact (protocol clause 7). */
export function webhookEvent({ id, fact }: QueuedFact): WebhookEvent {
  const { channel } = fact;
  switch (fact.type) {
    case 'channel_occupied':
    case 'channel_vacated':
    case 'cache_miss':
      return { name: fact.type, channel, id };
    case 'member_added':
    case 'member_removed':
      return { name: fact.type, channel, user_id: fact.userId, id };
    case 'client_event': {
      const { event, data, socketId, userId } = fact;
      return { name: fact.type, channel, event, data, socket_id: socketId, ...(userId === undefined ? {} : { user_id: userId }), id };
    }
    case 'subscription_count':
      return { name: fact.type, channel, subscription_count: fact.subscriptionCount, id };
  }
}
