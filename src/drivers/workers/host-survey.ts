import type { HostNode } from './host-node.ts';

/** Who asks wants an answer while it is still true. */
const patienceMilliseconds = 2000;

interface Question {
  readonly waiting: Set<HostNode>;
  readonly answers: Map<string, unknown>;
  readonly done: () => void;
}

/** Asks all workers at once for what they have to report. */
export class HostSurvey {
  readonly #nodes: ReadonlySet<HostNode>;
  readonly #questions = new Map<number, Question>();
  #number = 0;

  constructor(nodes: ReadonlySet<HostNode>) {
    this.#nodes = nodes;
  }

  /** Resolves with the answers by the workers' ids when all have answered, or after 2 seconds; who has not answered is `undefined`. */
  async ask(): Promise<ReadonlyMap<string, unknown>> {
    const asked = [...this.#nodes].filter(({ workerId }) => workerId !== undefined);
    const answers = new Map<string, unknown>(asked.map(({ workerId = '' }) => [workerId, undefined]));
    if (asked.length === 0) return answers;
    this.#number += 1;
    const number = this.#number;
    await new Promise<void>((done) => {
      const timer = setTimeout(done, patienceMilliseconds);
      this.#questions.set(number, {
        waiting: new Set(asked),
        answers,
        done: () => {
          clearTimeout(timer);
          done();
        },
      });
      for (const node of asked) node.order('report', number);
    });
    this.#questions.delete(number);
    return answers;
  }

  answered(node: HostNode, number: number, answer: unknown): void {
    const question = this.#questions.get(number);
    if (question === undefined || node.workerId === undefined) return;
    question.answers.set(node.workerId, answer);
    this.#settle(question, node);
  }

  /** The worker has ended, and takes its answer with it. */
  lose(node: HostNode): void {
    for (const question of this.#questions.values()) {
      if (node.workerId !== undefined) question.answers.delete(node.workerId);
      this.#settle(question, node);
    }
  }

  #settle({ waiting, done }: Question, node: HostNode): void {
    waiting.delete(node);
    if (waiting.size === 0) done();
  }
}
