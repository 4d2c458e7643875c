import { type Access, withholds } from '../auth/access.ts'
import { redactedText } from '../resources/redact.ts'
import { type Subset, subsetText } from '../resources/subset.ts'
import type { Restriction } from '../search/searcher.ts'

/** The text of a resource as a caller is shown it: without what is withheld, and of that the part that is asked for. */
export function shownText(text: Buffer, type: string, { hidden }: Pick<Access, 'hidden'>, subset?: Subset): Buffer {
  const own = redactedText(text, hidden)
  return subset ? subsetText(own, type, subset) : own
}

/** Whether anything is withheld from a caller, of whatever type. */
export function isCut({ hidden }: Pick<Access, 'hidden'>): boolean {
  for (const type in hidden) if (hidden[type]!.length > 0) return true
  return false
}

/** What may be seen and searched as a whole: codes are taken from no value set or code system that is partly withheld. */
export function wholeOnly(access: Access): Restriction {
  const { s } = access.may
  const cut = ['ValueSet', 'CodeSystem'].filter((type) => withholds(access, type))
  if (cut.length === 0) return s
  const none = { kind: 'none' } as const
  return { ...s, byType: { ...s.byType, ...Object.fromEntries(cut.map((type) => [type, none])) } }
}
