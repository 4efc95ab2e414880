/** How a node reaches Redis. One of `url`, `sentinel` and `cluster` is given. */
export interface ConnectionSettings {
  readonly url?: string;
  readonly sentinel?: { readonly name: string; readonly nodes: readonly string[]; readonly username?: string; readonly password?: string };
  readonly cluster?: { readonly nodes: readonly string[] };
  readonly username?: string;
  readonly password?: string;
  /** PEM files; only with `enabled` is TLS spoken where no `rediss:` URL asks for it. */
  readonly tls?: { readonly enabled: boolean; readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  readonly db: number;
}

/** Where the nodes of a cluster meet, and which part of it is theirs. */
export interface RedisSettings extends ConnectionSettings {
  readonly keyPrefix: string;
  /** All nodes must agree. */
  readonly partitions?: number;
}
