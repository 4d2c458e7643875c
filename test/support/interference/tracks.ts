import fc from 'fast-check'
import { type Resource, resourceOf, TYPE_NAMES, worldOf } from '../oracle/world.ts'
import { FURTHER, FURTHER_NAMES } from './further-types.ts'

/** A version of a resource; without `resource` a deletion. `at` in ms since 1970. */
export interface Version {
  at: number
  resource: Resource | undefined
}

/** A resource with all its versions, the oldest first. */
export interface Track {
  type: string
  id: string
  versions: Version[]
}

/** The first moment of these stores, long before the test is run: what a request writes is told apart by its year. */
export const BEGINNING = Date.UTC(2024, 0, 1)

export const nameOf = ({ type, id }: Pick<Track, 'type' | 'id'>) => `${type}/${id}`

/** What is there of a resource: its last content, be it deleted since. */
export function contentOf({ versions }: Track): Resource | undefined {
  return versions.findLast(({ resource }) => resource)?.resource
}

/** What is current of some resources, those that are deleted left out. */
export function currentOf(tracks: readonly Track[]): Resource[] {
  return tracks.flatMap(({ versions }) => versions.at(-1)?.resource ?? [])
}

/** A version of a resource of any of the types that there are. */
export function anyOf(type: string): fc.Arbitrary<Resource> {
  return FURTHER_NAMES.includes(type) ? FURTHER[type]! : resourceOf(type)
}

/** Resources of these types, each with its versions. */
export function tracksOf(types: readonly string[]): fc.Arbitrary<Track[]> {
  const known = types.filter((type) => TYPE_NAMES.includes(type))
  const further = types.filter((type) => FURTHER_NAMES.includes(type))
  const all = fc.tuple(
    worldOf(known),
    ...further.map((type) => fc.uniqueArray(FURTHER[type]!, { selector: ({ id }) => id, maxLength: 5, size: 'max' })),
  )
  return all.chain((lists) => fc.tuple(...lists.flat().map(trackOf)))
}

/** Most have one version; some were something else before, or were deleted, or both. */
function trackOf(resource: Resource): fc.Arbitrary<Track> {
  const { resourceType: type, id } = resource
  const before = anyOf(type).map((other): Resource => ({ ...other, id }))
  const past = fc.oneof(
    { weight: 5, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: fc.tuple(before) },
    { weight: 1, arbitrary: fc.tuple(before, fc.constant(undefined)) },
    { weight: 1, arbitrary: fc.tuple(before, before) },
  )
  const end = fc.oneof(
    { weight: 8, arbitrary: fc.constant([resource]) },
    { weight: 1, arbitrary: fc.constant([resource, undefined]) },
  )
  return fc.tuple(fc.nat(9), past, end).map(([second, ...parts]) => ({
    type,
    id,
    versions: parts.flat().map((one, at) => ({ at: BEGINNING + (second + at) * 1000, resource: one })),
  }))
}
