import { Pace } from '../pace.ts'
import type { AskedCoding } from '../validation/question.ts'
import type { ClosurePair } from './answers.ts'
import { isSame } from './conditions.ts'
import type { Opened } from './systems.ts'

/**
 * The pairs that new concepts add to a closure table (R4 ConceptMap/$closure): which of them is below which, and below or above
 * which of those that were known. A code that its system does not have stands for itself alone.
 */
export async function closurePairs(
  known: readonly AskedCoding[],
  added: readonly AskedCoding[],
  open: (system: string, version: string | undefined) => Promise<Opened | undefined>,
): Promise<ClosurePair[]> {
  const found: ClosurePair[] = []
  const before = [...known]
  const pace = new Pace()
  for (const one of added) {
    if (one.system === undefined || one.code === undefined || before.some((other) => isEqual(one, other))) continue
    const opened = await open(one.system, one.version)
    for (const other of opened ? before : []) {
      if (pace.due) await pace.rest()
      found.push(...(await between(opened!, one, other)))
    }
    before.push(one)
  }
  return found
}

function isEqual(one: AskedCoding, other: AskedCoding): boolean {
  return one.system === other.system && one.code === other.code
}

async function between(opened: Opened, one: AskedCoding, other: AskedCoding): Promise<ClosurePair[]> {
  const { system, code: a = '' } = one
  const { code: b = '' } = other
  if (system === undefined || other.system !== system || isSame(opened, a, b)) return []
  const { source, day } = opened
  const version = one.version === undefined ? {} : { version: one.version }
  if (await source.isBelow(a, b, day)) return [{ system, ...version, source: a, target: b }]
  return (await source.isBelow(b, a, day)) ? [{ system, ...version, source: b, target: a }] : []
}
