import {
  referenceKey,
  referenceOf,
  referencesStretch,
  type Stretch,
  uriKey,
  uriOf,
  uriStretch,
} from '../../resources/store/mongo/keys.ts'
import type { Found, FoundPage, Link, ResourceName } from '../searcher.ts'
import { anyOf, everyOf, isIn, type MongoFilter, NEVER, noneOf } from './conditions.ts'
import { type Filters, keysWithin, OWN_CANONICALS } from './far.ts'
import { hasKey } from './keys.ts'
import type { Reading } from './reading.ts'
import { fieldsWithTexts, foundOf, pageOf } from './texts.ts'

/** Types that are asked at a time, and values that are asked for in one filter. */
const AT_A_TIME = 8
const IN_ONE = 10_000

/** What links lead to, of one type: what has such an id, or such a key. */
interface End {
  ids: Set<string>
  keys: Set<string>
}

type Goal = [type: string, by: keyof End, value: string]

/** The resources that links begin at, by type: their ids, and those of their keys that some link goes by. */
interface Start {
  ids: ReadonlyMap<string, string[]>
  keys: ReadonlyMap<string, string[]>
}

/** What links lead to from some resources; see `Searcher.linked`. However many the links are, each type is asked once. */
export async function linkedPage(
  reading: Reading,
  filters: Filters,
  from: readonly ResourceName[],
  links: readonly Link[],
  count: number,
): Promise<FoundPage> {
  const ids = new Map([...Map.groupBy(from, ({ type }) => type)].map(([type, all]) => [type, all.map(({ id }) => id)]))
  const ends = endsOf(links, { ids, keys: await ownKeys(reading, links, ids) })
  const found = new Map<string, Found>()
  const queries = [...ends].flatMap(([type, end]) => slicesOf(end).map((slice) => ({ type, slice })))
  for (let at = 0; at < queries.length && found.size <= count; at += AT_A_TIME) {
    const asked = queries.slice(at, at + AT_A_TIME).map(async ({ type, slice }) => {
      const fresh = noneOf(isIn('_id', ids.get(type) ?? []))
      const filter = everyOf([slice, fresh, await filters.read(type, { kind: 'all' })])
      if (filter === NEVER) return []
      const documents = await reading.find(type, filter, {
        projection: fieldsWithTexts(count + 1, true),
        limit: count + 1,
      })
      return documents.map((document) => foundOf(type, document, ''))
    })
    for (const one of (await Promise.all(asked)).flat()) found.set(`${one.type}/${one.id}`, one)
  }
  return pageOf([...found.values()], count)
}

async function ownKeys(
  reading: Reading,
  links: readonly Link[],
  ids: ReadonlyMap<string, string[]>,
): Promise<Map<string, string[]>> {
  const stretches = new Map<string, Map<string, Stretch>>()
  for (const { reverse, source, param, canonical, targets } of links) {
    if (reverse && !canonical) continue
    const stretch = reverse
      ? uriStretch(OWN_CANONICALS, '')
      : canonical
        ? uriStretch(`${param}:canonical`, '')
        : referencesStretch(param)
    for (const type of reverse ? targets : [source]) {
      if (!ids.has(type)) continue
      stretches.set(type, (stretches.get(type) ?? new Map<string, Stretch>()).set(stretch.from, stretch))
    }
  }
  const read = [...stretches].map(async ([type, wanted]) => {
    const own = ids.get(type)!
    const projection = { k: keysWithin([...wanted.values()]) }
    const documents = await reading.find(type, isIn('_id', own), { projection, limit: own.length })
    return [type, [...new Set(documents.flatMap(({ k }) => k as string[]))]] satisfies [string, string[]]
  })
  return new Map<string, string[]>(await Promise.all(read))
}

function endsOf(links: readonly Link[], start: Start): Map<string, End> {
  const ends = new Map<string, End>()
  for (const link of links) {
    for (const [type, by, value] of link.canonical ? canonicalGoals(link, start) : goals(link, start)) {
      const end = ends.get(type) ?? { ids: new Set(), keys: new Set() }
      end[by].add(value)
      ends.set(type, end)
    }
  }
  return ends
}

function goals({ reverse, source, param, targets }: Link, { ids, keys }: Start): Goal[] {
  if (reverse) {
    return targets.flatMap((target) =>
      (ids.get(target) ?? []).map((id): Goal => [source, 'keys', referenceKey(param, target, id)]),
    )
  }
  return within(keys.get(source), referencesStretch(param)).flatMap((key): Goal[] => {
    const { type, id } = referenceOf(param, key)
    return targets.includes(type) ? [[type, 'ids', id]] : []
  })
}

function canonicalGoals({ reverse, source, param, targets }: Link, { keys }: Start): Goal[] {
  const refers = `${param}:canonical`
  if (reverse) {
    return targets.flatMap((target) =>
      urisOf(keys.get(target), OWN_CANONICALS).map((uri): Goal => [source, 'keys', uriKey(refers, uri)]),
    )
  }
  return urisOf(keys.get(source), refers).flatMap((uri) =>
    targets.map((target): Goal => [target, 'keys', uriKey(OWN_CANONICALS, uri)]),
  )
}

function urisOf(keys: readonly string[] | undefined, param: string): string[] {
  return within(keys, uriStretch(param, '')).map((key) => uriOf(param, key))
}

/** No key of another parameter, or of another kind, begins as a whole parameter's stretch does. */
function within(keys: readonly string[] = [], { from }: Stretch): string[] {
  return keys.filter((key) => key.startsWith(from))
}

/** An end as filters, of which none is too long. */
function slicesOf({ ids, keys }: End): MongoFilter[] {
  if (ids.size + keys.size <= IN_ONE) return [anyOf([isIn('_id', [...ids]), hasKey([...keys])])]
  const slices = (values: Set<string>) =>
    Array.from({ length: Math.ceil(values.size / IN_ONE) }, (_, at) =>
      [...values].slice(at * IN_ONE, (at + 1) * IN_ONE),
    )
  return [...slices(ids).map((some) => isIn('_id', some)), ...slices(keys).map(hasKey)]
}
