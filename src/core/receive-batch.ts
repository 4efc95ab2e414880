import type { Engine } from './engine.ts';
import type { BrokerMessage } from './ports.ts';
import { obeyTerminate } from './users.ts';

/** What came from the broker: the one door through which events reach this node's subscribers. */
export function receiveBatch(engine: Pick<Engine, 'hub'>, batch: readonly BrokerMessage[]): void {
  for (const message of batch) {
    if ('type' in message) obeyTerminate(engine, message);
    else engine.hub.deliver(message);
  }
}
