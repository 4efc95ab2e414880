const pauseMilliseconds = 20;

/** Resolves with the first value that the question answers with, asked again and again. Rejects with its last error when time is over. */
export async function until<T>(question: () => Promise<T | undefined>, milliseconds = 20_000): Promise<T> {
  const endsAt = performance.now() + milliseconds;
  let failure: unknown = new Error(`no answer within ${milliseconds} ms`);
  while (performance.now() < endsAt) {
    try {
      const answer = await question();
      if (answer !== undefined) return answer;
    } catch (cause) {
      failure = cause;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  }
  throw failure;
}
