import type { CodeQuestion, CodeVerdict } from '../validation/question.ts'
import { Recent } from './recent.ts'

/** Verdicts that are kept. */
const MOST_KEPT = 20_000

/** Time for which a stamp counts as looked at, in ms: so long a verdict may be old that is given without waiting. */
const FRESH = 1000

/** Verdicts that were given, for as long as what they follow from is the same. */
export class Verdicts {
  private readonly stamp: () => Promise<string>
  private readonly kept = new Recent<CodeVerdict>(MOST_KEPT)
  private seen = ''
  private seenAt = Number.NEGATIVE_INFINITY

  /** `stamp`: another value whenever verdicts may be others. */
  constructor(stamp: () => Promise<string>) {
    this.stamp = stamp
  }

  /** The verdict that is known; undefined for none. */
  now(question: CodeQuestion, day: string): CodeVerdict | undefined {
    if (performance.now() - this.seenAt > FRESH) return undefined
    return this.kept.get(keyOf(question, day))
  }

  /** The verdict that is known, else that which is decided now. */
  async of(question: CodeQuestion, day: string, decide: () => Promise<CodeVerdict>): Promise<CodeVerdict> {
    const stamp = await this.stamp()
    if (stamp !== this.seen) this.kept.clear()
    this.seen = stamp
    this.seenAt = performance.now()
    const key = keyOf(question, day)
    const known = this.kept.get(key)
    if (known) return known
    const decided = await decide()
    // What was decided while definitions changed may follow from the old ones.
    if (this.seen === stamp && (await this.stamp()) === stamp) this.kept.set(key, decided)
    return decided
  }
}

function keyOf({ valueSet = '', codings, inferSystem }: CodeQuestion, day: string): string {
  const told = codings.map(({ system, version, code, display }) => [system, version, code, display])
  return `${day} ${inferSystem ? 1 : 0} ${valueSet} ${JSON.stringify(told)}`
}
