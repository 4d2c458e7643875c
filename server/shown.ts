import { type Access, withholds } from '../auth/access.ts'
import { redactedText } from '../resources/redact.ts'
import { type Subset, subsetText } from '../resources/subset.ts'
import type { LiveVersion, Restriction } from '../search/searcher.ts'
import type { Trace } from './audit/trace.ts'

/** To whom something is shown, and what has it put on record. */
export interface Viewer {
  access: Pick<Access, 'hidden'>
  trace: Trace
}

/** The text of a version as a caller is shown it: without what is withheld, and of that the part that is asked for. */
export function shownText(version: LiveVersion, { access, trace }: Viewer, subset?: Subset): Buffer {
  trace.shows(version)
  return cutText(version.text, version.type, access, subset)
}

/** A resource in a listing: itself, or one that another contains. */
export interface Listed {
  type: string
  text: Buffer
  /** The version that it is, or that contains it. */
  version: LiveVersion
}

/** As `shownText`, of a resource in a listing. */
export function listedText({ type, text, version }: Listed, { access, trace }: Viewer, subset?: Subset): Buffer {
  trace.lists(version.type, version.text)
  return cutText(text, type, access, subset)
}

/** A text without what is withheld, and of that the part that is asked for; that it is shown must be told in another way. */
export function cutText(text: Buffer, type: string, { hidden }: Pick<Access, 'hidden'>, subset?: Subset): Buffer {
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
