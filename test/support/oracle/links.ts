import fc from 'fast-check'
import { targetsOf } from '../../../search/include.ts'
import { parametersOf } from '../../../search/parameters.ts'
import { REGISTRY } from './registry.ts'
import type { Seen, SeenLink } from './seen.ts'
import { TYPE_NAMES } from './world.ts'

const some = <T>(values: readonly T[]) => fc.constantFrom(...values)

function linksFrom(source: string): SeenLink[] {
  return [...parametersOf(source, REGISTRY).values()]
    .filter((parameter) => parameter.type === 'reference')
    .flatMap((parameter) =>
      targetsOf(parameter)
        .filter((target) => TYPE_NAMES.includes(target))
        .map((target): SeenLink => [source, parameter.code, target]),
    )
}

const LINKS = TYPE_NAMES.flatMap(linksFrom)

/** A link of those that fit: mostly one that is there. */
export function linkOf(seen: Seen, fits: (link: SeenLink) => boolean): fc.Arbitrary<SeenLink> | undefined {
  const all = LINKS.filter(fits)
  if (all.length === 0) return undefined
  const there = seen.links.filter(fits)
  return fc.oneof({ weight: 5, arbitrary: some(there.length > 0 ? there : all) }, { weight: 1, arbitrary: some(all) })
}
