/**
 * Which part of Redis keeps a channel: FNV-1a over the UTF-16 code units of APP/NAME. All nodes must agree, so it never changes within a
 * version of the layout.
 */
export function partitionOf(topic: string, partitions: number): number {
  if (partitions === 1) return 0;
  let hash = 0x811c9dc5;
  for (let index = 0; index < topic.length; index += 1) hash = Math.imul(hash ^ topic.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % partitions;
}
