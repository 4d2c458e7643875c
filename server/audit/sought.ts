import type { DeedPart } from '../../auth/audit/deed.ts'
import { mayBeAboutPatients, patientsOf } from '../../auth/audit/subjects.ts'
import type { ResourceName } from '../../search/searcher.ts'
import type { Services } from '../call.ts'
import { nameOf } from './trace.ts'

/** Look-ups at a time. */
const AT_ONCE = 50

/**
 * Of what criteria found that which is about patients, and is not among `others`: that it was found is told by how a write
 * ends, by a reference that takes the place of criteria, or by the words of a refusal.
 */
export async function partsSought(
  found: readonly ResourceName[],
  others: readonly ResourceName[],
  { store, baseUrl }: Pick<Services, 'store' | 'baseUrl'>,
): Promise<DeedPart[]> {
  const known = new Set(others.map(wordOf))
  const open = found.filter((one) => mayBeAboutPatients(one.type) && !known.has(wordOf(one)))
  const names = [...new Map(open.map((one) => [wordOf(one), one])).values()]
  const parts: DeedPart[] = []
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const some = names.slice(start, start + AT_ONCE).map(async ({ type, id }): Promise<DeedPart> => {
      const text = type === 'Patient' ? undefined : (await store.read(type, id))?.text
      return text ? { type, id, patients: patientsOf(type, text, baseUrl) } : nameOf(type, id)
    })
    parts.push(...(await Promise.all(some)))
  }
  return parts.filter(({ patients }) => patients.length > 0)
}

function wordOf({ type, id }: ResourceName): string {
  return `${type}/${id}`
}
