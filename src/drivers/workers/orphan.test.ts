import { expect, it, vi } from 'vitest';
import { closeOrphaned } from './orphan.ts';

it('closes every socket of a worker without a parent with 1001', () => {
  const ends = [vi.fn(), vi.fn()];
  const connections = new Map(ends.map((end, index) => [String(index), { socket: { end } }]));
  closeOrphaned({ connections });
  for (const end of ends) expect(end).toHaveBeenCalledExactlyOnceWith(1001, 'The server is going away');
});
