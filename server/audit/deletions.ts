import { patientsOf } from '../../auth/audit/subjects.ts'
import type { StoredVersion } from '../../resources/store/port.ts'
import type { Services } from '../call.ts'
import { lastBefore } from '../visible.ts'

/** Look-ups at a time. */
const AT_ONCE = 50

/** The patients that deletions are about: those of the content before. Of what is shown beside it, nothing is looked up. */
export async function patientsOfDeleted<V extends StoredVersion>(
  shown: readonly V[],
  services: Pick<Services, 'store' | 'baseUrl'>,
): Promise<Map<V, string[]>> {
  const beside = new Map(shown.map((one) => [nameOf(one), one]))
  const deletions = shown.filter(({ text }) => !text)
  const patients = new Map<V, string[]>()
  for (let start = 0; start < deletions.length; start += AT_ONCE) {
    const some = deletions.slice(start, start + AT_ONCE)
    const before = await Promise.all(
      some.map(async (one) => {
        const near = beside.get(nameOf({ ...one, version: one.version - 1 }))?.text
        return near ?? (await lastBefore(one, services))?.content.text
      }),
    )
    for (const [at, one] of some.entries())
      patients.set(one, before[at] ? patientsOf(one.type, before[at], services.baseUrl) : [])
  }
  return patients
}

function nameOf({ type, id, version }: Pick<StoredVersion, 'type' | 'id' | 'version'>): string {
  return `${type}/${id}/${version}`
}
