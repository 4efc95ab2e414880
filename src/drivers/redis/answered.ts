import { BrokerUnavailable } from '../../core/ports.ts';

/** Resolves as Redis answered. Rejects with BrokerUnavailable when it did not, so that the caller is told to come back. */
export async function answered<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (cause) {
    throw new BrokerUnavailable('Redis is out of reach', { cause });
  }
}
