import { Client, type Surroundings } from './client.ts';
import type { ChannelPlan, GeneratorSettings, OpenCommand } from './command.ts';
import type { Tally } from './frame.ts';
import { signSubscription } from './sign.ts';

const readBufferBytes = 262_144;

/** The clients of one generator process. */
export class Crowd {
  readonly settings: GeneratorSettings;
  readonly tally: Tally = { frames: 0, bytes: 0 };
  readonly clients: Client[] = [];
  readonly #surroundings: Surroundings;
  #lost = 0;
  #onRead: () => void = ignore;
  #onLost: (fault: Error) => void = ignore;

  constructor(settings: GeneratorSettings) {
    this.settings = settings;
    this.#surroundings = {
      path: `/app/${settings.credentials.key}?protocol=7&client=js&version=8.6.0&flash=false`,
      tally: this.tally,
      readBuffer: Buffer.alloc(readBufferBytes),
      onRead: () => this.#onRead(),
      onLost: (fault) => {
        this.#lost += 1;
        this.#onLost(fault);
      },
    };
  }

  /** Connections that the server closed so far. */
  get lost(): number {
    return this.#lost;
  }

  /** Names who is told of every read and of every lost connection; without arguments, nobody. */
  watch(onRead: () => void = ignore, onLost: (fault: Error) => void = ignore): void {
    this.#onRead = onRead;
    this.#onLost = onLost;
  }

  async open({ connections, inFlight, channels }: OpenCommand): Promise<void> {
    const lane = async (): Promise<void> => {
      while (this.clients.length < connections) {
        const client = this.#add();
        const channel = channels === undefined ? undefined : channelAt(channels, this.clients.length - 1);
        await client.established();
        if (channel !== undefined) await this.subscribe(client, channel);
        client.count();
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
  }

  async subscribeAll(channel: string, inFlight: number): Promise<void> {
    const clients = this.clients.values();
    const lane = async (): Promise<void> => {
      for (const client of clients) {
        await this.subscribe(client, channel);
        client.count();
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
  }

  async subscribe(client: Client, channel: string, channelData?: string): Promise<void> {
    const isPublic = !/^(private|presence)-/.test(channel);
    const auth = isPublic ? '' : signSubscription(this.settings.credentials, client.socketId, channel, channelData);
    await client.subscribe(channel, auth, channelData);
  }

  /** One connection that is not counted among the clients. */
  async addExtra(): Promise<Client> {
    const client = this.#connect(0);
    await client.established();
    client.count();
    return client;
  }

  drop(): void {
    for (const client of this.clients) client.close();
    this.clients.length = 0;
  }

  #add(): Client {
    const client = this.#connect(this.clients.length);
    this.clients.push(client);
    return client;
  }

  #connect(nth: number): Client {
    const { address, clientAddresses } = this.settings;
    return new Client(clientAddresses[nth % clientAddresses.length] ?? address, this.#surroundings);
  }
}

export function channelAt({ prefix, distinct }: ChannelPlan, index: number): string {
  return `${prefix}${index % distinct}`;
}

function ignore(): void {}
