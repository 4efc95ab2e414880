import type { Announcement } from '../core/ports.ts';
import { RedisNode, type RedisNodeOptions } from './redis-node.ts';
import { address } from './registry-node.ts';

/** A client in a presence channel, with the members as it was told of them. */
export interface ModelClient {
  readonly channel: string;
  readonly userId: string;
  isOpen: boolean;
  /** `undefined` until it was answered. */
  members: Set<string> | undefined;
}

/** A node that treats its registry as the core does, and whose clients complain about whatever they should not be told. */
export class ModelNode {
  readonly name: string;
  readonly clients = new Set<ModelClient>();
  readonly faults: string[] = [];
  node!: RedisNode;

  private constructor(name: string) {
    this.name = name;
  }

  static async start(name: string, options: Omit<RedisNodeOptions, 'told'>): Promise<ModelNode> {
    const model = new ModelNode(name);
    model.node = await RedisNode.start({ ...options, told: (announcement) => model.#hear(announcement) });
    return model;
  }

  join(channel: string, userId: string): ModelClient {
    const client: ModelClient = { channel, userId, isOpen: true, members: undefined };
    this.clients.add(client);
    const { registry } = this.node;
    registry.hold(address(channel), this.#in(channel).length);
    void registry.take(address(channel), { userId, userInfo: JSON.stringify(userId) }, Number.POSITIVE_INFINITY).then((roster) => {
      if (!client.isOpen) return;
      if (roster === 'full') return this.#complain(client, 'was refused');
      client.members = new Set(roster.userIds());
      if (!client.members.has(userId)) this.#complain(client, 'is not in its own roster');
    });
    return client;
  }

  leave(client: ModelClient): void {
    client.isOpen = false;
    this.clients.delete(client);
    const { registry } = this.node;
    const others = this.#in(client.channel);
    if (!others.some(({ userId }) => userId === client.userId)) registry.leave(address(client.channel), client.userId);
    registry.hold(address(client.channel), others.length);
  }

  /** Users with a client in the channel. */
  usersIn(channel: string): readonly string[] {
    return this.#in(channel).map(({ userId }) => userId);
  }

  #in(channel: string): readonly ModelClient[] {
    return [...this.clients].filter((client) => client.channel === channel);
  }

  #hear(announcement: Announcement): void {
    for (const client of this.#in(announcement.address.channel.name)) {
      if (client.members === undefined) continue;
      if (announcement.type === 'member_added') {
        const { userId } = announcement.member;
        if (client.members.has(userId)) this.#complain(client, `heard twice that ${userId} came`);
        client.members.add(userId);
      } else if (announcement.type === 'member_removed') {
        const { userId } = announcement;
        if (userId === client.userId) this.#complain(client, 'heard that itself left');
        if (!client.members.delete(userId)) this.#complain(client, `heard that ${userId} left, who was not there`);
      }
    }
  }

  #complain({ channel, userId }: ModelClient, fault: string): void {
    this.faults.push(`${this.name}: ${userId} in ${channel} ${fault}`);
  }
}
