import { RevocationList } from '../../core/revocation-list.ts';
import { describeRevocations } from '../../testing/revocations-contract.ts';
import { MemoryRevocations } from './revocations.ts';

describeRevocations('memory', 1, async () => ({
  async startNode() {
    const known = new RevocationList(Date);
    return { revocations: new MemoryRevocations(known), known };
  },
  async close() {},
}));
