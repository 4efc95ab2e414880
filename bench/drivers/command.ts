/** What a process with drivers is started with. */
export interface NodeSettings {
  /** The folder of the compiled sources. */
  readonly sources: string;
  readonly redisUrl: string;
  /** Each with a batch of its own under way. */
  readonly partitions: number;
}

/** Publishes events in all partitions at once, each in turns of `perBatch`; resolves when all have been accepted. */
interface PublishCommand {
  readonly verb: 'publish';
  readonly events: number;
  readonly perBatch: number;
  readonly payloadBytes: number;
}

/** Resolves when so many events have come since the start. */
interface ReceivedCommand {
  readonly verb: 'received';
  readonly events: number;
}

/** Holds one subscription in each of so many channels; resolves when Redis knows of all. */
interface HoldCommand {
  readonly verb: 'hold';
  readonly channels: number;
}

/** So many sockets join one public channel in one tick; resolves when Redis knows. */
interface CrowdCommand {
  readonly verb: 'crowd';
  readonly channel: string;
  readonly sockets: number;
}

/** So many members join one presence channel in one tick; resolves when all have their roster. */
interface JoinCommand {
  readonly verb: 'join';
  readonly channel: string;
  readonly members: number;
}

export type NodeCommand = PublishCommand | ReceivedCommand | HoldCommand | CrowdCommand | JoinCommand;

export type NodeReply = { readonly done: true } | { readonly fault: string };
