/** Where the keys of a cluster are. */
export interface KeySpace {
  readonly prefix: string;
  /** Part of the names because pub/sub ignores the number of the database. */
  readonly database: number;
}

/** The version of the keys' layout and of the messages: nodes of different ones cannot share a Redis. */
export const layoutVersion = 1;

/** What the keys of a partition begin with. The braces keep them in one slot of a Cluster; what each is for is told in `lua/prelude.lua`. */
export function partitionBase({ prefix, database }: KeySpace, partition: number): string {
  return `${prefix}:${database}:{${partition}}`;
}

/** The topic of a partition's messages. */
export function busTopic(base: string): string {
  return `${base}:bus`;
}

/** The stream of a partition's facts for webhooks: entries with one field `fact`, a WebhookFact as JSON. */
export function hooksKey(base: string): string {
  return `${base}:hooks`;
}

/** What the keys of revocations begin with; what each is for is told in `lua/revocations.lua`. */
export function revocationsBase({ prefix, database }: KeySpace): string {
  return `${prefix}:${database}:{revocations}`;
}

/** Holds the layout that all nodes have to agree on. */
export function layoutKey({ prefix, database }: KeySpace): string {
  return `${prefix}:${database}:layout`;
}
