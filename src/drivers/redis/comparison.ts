import type { Announce } from '../../core/ports.ts';
import type { HeldChannel } from './held-channel.ts';
import type { Holdings } from './holdings.ts';
import type { PartitionLink } from './partition-link.ts';
import { listOf, numberOf, refusalOf } from './reply.ts';
import type { Rosters } from './rosters.ts';

interface ComparisonOptions {
  readonly link: PartitionLink;
  readonly holdings: Holdings;
  readonly rosters: Rosters;
  readonly announce: Announce;
}

const maxChannels = 500;

/**
 * Finds out, after messages were lost, which of the channels held here are not as this node believes: rosters are then read anew, counts told.
 * Rejects when Redis does not answer. Returns `false` when Redis does not know the node.
 */
export async function compare(options: ComparisonOptions, node: string): Promise<boolean> {
  const channels = [...options.holdings.all()].filter(isComparable);
  for (let start = 0; start < channels.length; start += maxChannels) {
    const page = channels.slice(start, start + maxChannels);
    const reply = await options.link.run('compare', [node, ...page.flatMap(argumentsFor)]);
    if (refusalOf(reply) !== undefined) return false;
    const [, , different] = listOf(reply);
    for (const entry of listOf(different)) {
      const [index, total] = listOf(entry);
      const channel = page[numberOf(index)];
      if (channel !== undefined) correct(options, channel, numberOf(total));
    }
  }
  return true;
}

/** Channels of users have no subscribers that are told counts. */
function isComparable({ address, roster, count }: HeldChannel): boolean {
  const { kind } = address.channel;
  return kind === 'presence' ? roster !== undefined : kind !== 'server-to-user' && count > 0;
}

function argumentsFor({ key, roster, total, isPresence }: HeldChannel): readonly (string | number)[] {
  return isPresence ? [key, roster?.version ?? 0, ''] : [key, '', total ?? -1];
}

function correct({ rosters, announce }: ComparisonOptions, channel: HeldChannel, subscriptions: number): void {
  if (channel.isPresence) return rosters.distrust(channel);
  if (channel.total === subscriptions) return; // told in the meantime
  channel.total = subscriptions;
  announce({ type: 'counted', address: channel.address, subscriptions });
}
