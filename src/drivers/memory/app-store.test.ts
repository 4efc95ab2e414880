import { describeAppStore } from '../../testing/app-store-contract.ts';
import { MemoryAppStore } from './app-store.ts';

describeAppStore('memory', async (apps) => new MemoryAppStore(apps));
