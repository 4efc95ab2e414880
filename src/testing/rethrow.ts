/** For what must not happen in a test: lets the test fail with it. */
export function rethrow(fault: unknown): never {
  throw fault;
}
