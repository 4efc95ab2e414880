import fc from 'fast-check';

/** The same inputs in every run, so that a red build can be run again. */
const seed = 20_251_120;

/** Checks that a property holds for many inputs. */
export function assertProperty<Inputs>(property: fc.IProperty<Inputs>, numRuns = 300): void {
  fc.assert(property, { seed, numRuns });
}

/** The same for a property that takes time. */
export async function assertAsyncProperty<Inputs>(property: fc.IAsyncProperty<Inputs>, numRuns = 100): Promise<void> {
  await fc.assert(property, { seed, numRuns });
}
