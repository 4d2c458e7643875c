import type { Change, StoredVersion } from '../../resources/store/port.ts'
import type { ResourceName, Search } from '../../search/searcher.ts'
import type { Services } from '../call.ts'
import type { Trace } from './trace.ts'

type Place = Pick<Services, 'store' | 'searcher'>

/** As many are read one by one; more are searched for, many at a time. */
const FEW = 8
const AT_ONCE = 200

/** Tells a trace what stands where changes are to be made, of those of which nobody had to know it. */
export async function findBefore(trace: Trace, changes: readonly Change[], place: Place): Promise<void> {
  const sought = changes.filter((change) => trace.isSought(change))
  if (sought.length <= FEW) {
    const found = await Promise.all(sought.map(({ type, id }) => place.store.read(type, id)))
    for (const [at, version] of found.entries()) if (version) trace.finds(sought[at]!, version)
    return
  }
  for (const [type, some] of Map.groupBy(sought, (change) => change.type)) {
    const byId = new Map(some.map((change) => [change.id, change]))
    for await (const version of liveVersions(type, [...byId.keys()], place)) trace.finds(byId.get(version.id)!, version)
  }
}

async function* liveVersions(type: string, ids: readonly string[], { searcher }: Place): AsyncGenerator<StoredVersion> {
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    let left: readonly string[] = ids.slice(start, start + AT_ONCE)
    // A page ends early where texts are long.
    while (left.length > 0) {
      const search: Search = { type, where: { kind: 'id', ids: [...left] }, restriction: EVERYTHING }
      const { found, more } = await searcher.find(search, left.length)
      yield* await searcher.versions(found)
      const isFound = new Set(found.map(({ id }: ResourceName) => id))
      left = more ? left.filter((id) => !isFound.has(id)) : []
    }
  }
}

const EVERYTHING = { byType: {}, others: { kind: 'all' } } as const
