import { Recent } from '../../resources/terminology/recent.ts'

/** Characters of all answers together. */
const MOST = 32 * 1024 * 1024

/** ms for which an answer counts, and for which it counts that there is none. */
const KEPT = 60 * 60 * 1000
const KEPT_NONE = 5 * 60 * 1000

/** An answer, or null where there is none to the question. */
export type Answer = Readonly<Record<string, unknown>> | null

/** What a server elsewhere said, by question, for a time. The same question is asked once at a time. */
export class KeptAnswers {
  private readonly kept = new Recent<{ answer: Answer; until: number }>(MOST)
  private readonly asked = new Map<string, Promise<{ answer: Answer; size: number }>>()
  private readonly now: () => number

  constructor(now: () => number) {
    this.now = now
  }

  /** The answer that is known, else the one that `ask` brings, with its size in characters. What it rejects with is not kept. */
  async of(question: string, ask: () => Promise<{ answer: Answer; size: number }>): Promise<Answer> {
    const known = this.kept.get(question)
    if (known && known.until > this.now()) return known.answer
    const running = this.asked.get(question)
    if (running) return (await running).answer
    const asking = ask()
    this.asked.set(question, asking)
    try {
      const { answer, size } = await asking
      const until = this.now() + (answer === null ? KEPT_NONE : KEPT)
      this.kept.set(question, { answer, until }, question.length + size)
      return answer
    } finally {
      this.asked.delete(question)
    }
  }
}
