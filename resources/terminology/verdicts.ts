import { canonicalParts } from '../conformance/canonicals.ts'
import type { CodeQuestion, CodeVerdict } from '../validation/question.ts'
import { smallSetOf, verdictIn } from './compose/small-set.ts'
import { type Kept, nameOf } from './current.ts'

/** The verdict that is known; undefined for none. */
export function knownVerdict(kept: Kept, question: CodeQuestion, day: string): CodeVerdict | undefined {
  const { valueSet, codings, inferSystem = false } = question
  if (valueSet !== undefined) {
    const { url, version } = canonicalParts(valueSet)
    const small = kept.small.get(nameOf(url, version, day))
    const verdict = small && verdictIn(small, codings, inferSystem)
    if (verdict) return verdict
  }
  return kept.verdicts.get(keyOf(question, day))
}

/** Keeps a verdict. */
export function keepVerdict(kept: Kept, question: CodeQuestion, day: string, verdict: CodeVerdict): void {
  kept.verdicts.set(keyOf(question, day), verdict)
}

/** Keeps the value set of a question as a table, if it is a small one. */
export async function keepTable(kept: Kept, { valueSet }: CodeQuestion, day: string): Promise<void> {
  if (valueSet === undefined) return
  const { url, version } = canonicalParts(valueSet)
  const name = nameOf(url, version, day)
  if (kept.tried.get(name)) return
  kept.tried.set(name, true)
  const set = await kept.usualSet(url, version, day)
  const small = set && (await smallSetOf(set))
  if (small) kept.small.set(name, small, small.size + 1)
}

function keyOf({ valueSet = '', codings, inferSystem }: CodeQuestion, day: string): string {
  const told = codings.map(({ system, version, code, display }) => [system, version, code, display])
  return `${day} ${inferSystem ? 1 : 0} ${valueSet} ${JSON.stringify(told)}`
}
