import { installSystemPackages } from '../../protocol-tests/support/system-packages.ts';

/** Runs once before all unit tests: those of the cluster need a real Redis. */
export function setup(): void {
  installSystemPackages();
}
