/** Holds those who pass it for as long as it is closed. It starts open. */
export class Gate {
  #isOpen = true;
  #waiting: { readonly resolve: () => void; readonly reject: (fault: Error) => void }[] = [];

  /** Resolves at once, or when the gate is opened. */
  pass(): Promise<void> {
    if (this.#isOpen) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  close(): void {
    this.#isOpen = false;
  }

  open(): void {
    this.#isOpen = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  /** Turns away those who wait, and lets the next pass. */
  fail(fault: Error): void {
    this.#isOpen = true;
    for (const { reject } of this.#waiting.splice(0)) reject(fault);
  }
}
