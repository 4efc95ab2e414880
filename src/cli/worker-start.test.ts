import { expect, it } from 'vitest';
import { readWorkerStart, workerEnvironment } from './worker-start.ts';

it('tells a worker what it is', () => {
  const start = { index: 1, workerId: '1.2', socketPath: '/run/workers.sock', port: 6001 };
  expect(readWorkerStart({ HOME: '/', ...workerEnvironment(start) })).toEqual(start);
});

it('leaves every other process alone', () => {
  expect(readWorkerStart({ HOME: '/', CLARION_WORKERS: '4' })).toBeUndefined();
});
