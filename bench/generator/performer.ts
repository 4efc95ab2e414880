import type { Command, Outcome } from './command.ts';
import type { Crowd } from './crowd.ts';
import { join } from './join.ts';
import { Probe } from './probe.ts';
import { publish } from './publish.ts';

const nothing: Outcome = { seconds: 0, units: 0, frames: 0, bytes: 0, lost: 0 };

/** Does what a command says, with the clients of one process. */
export class Performer {
  readonly #crowd: Crowd;
  #probe: Probe | undefined;

  constructor(crowd: Crowd) {
    this.#crowd = crowd;
  }

  async perform(command: Command): Promise<Outcome> {
    const crowd = this.#crowd;
    switch (command.verb) {
      case 'open':
        return this.#timed(() => crowd.open(command));
      case 'publish':
        return publish(crowd, command);
      case 'join':
        return join(crowd, command);
      case 'subscribe':
        return this.#timed(() => crowd.subscribeAll(command.channel, command.inFlight));
      case 'drop':
        return this.#timed(async () => crowd.drop());
      case 'probe': {
        const clients = await Promise.all(Array.from({ length: command.connections }, () => crowd.addExtra()));
        this.#probe = new Probe(clients, command.intervalMilliseconds);
        return nothing;
      }
      case 'probe report':
        return this.#probe?.end() ?? nothing;
    }
  }

  async #timed(work: () => Promise<void>): Promise<Outcome> {
    const startedAt = performance.now();
    const before = this.#crowd.clients.length;
    await work();
    return { ...nothing, seconds: (performance.now() - startedAt) / 1000, units: Math.abs(this.#crowd.clients.length - before) };
  }
}
