import { getHeapStatistics } from 'node:v8';

/** Memory of processes in bytes. */
export interface Usage {
  readonly used: number;
  readonly total: number;
}

/** What this process uses and what it could use, reckoned as Soketi does: memory inside of other memory counts twice. */
export function readUsage(): Usage {
  const { rss, heapTotal, external, arrayBuffers } = readMemory();
  return { used: rss + heapTotal + external + arrayBuffers, total: getHeapStatistics().total_available_size };
}

/** The system is asked by way of a file. While there is no file descriptor for it, the most that the process ever had stands for what it has. */
function readMemory(): Omit<NodeJS.MemoryUsage, 'heapUsed'> {
  try {
    return process.memoryUsage();
  } catch {
    const { total_heap_size: heapTotal, external_memory: external } = getHeapStatistics();
    return { rss: process.resourceUsage().maxRSS * 1024, heapTotal, external, arrayBuffers: 0 };
  }
}

/** The answer to `/usage`, in Soketi's form. */
export function describeUsage(usages: readonly Usage[]): string {
  const used = usages.reduce((sum, usage) => sum + usage.used, 0);
  const total = usages.reduce((sum, usage) => sum + usage.total, 0);
  return JSON.stringify({ memory: { free: total - used, used, total, percent: (100 * used) / total } });
}
