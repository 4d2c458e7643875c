import fc from 'fast-check'
import type { Resource } from '../oracle/world.ts'
import type { Caller } from './caller.ts'
import { contentOf, currentOf, nameOf, type Track, tracksOf, type Version } from './tracks.ts'

/** Two lists of resources that differ only in what a caller may not see. */
export interface Twins {
  one: Track[]
  other: Track[]
}

type Choice = 'keep' | 'drop' | 'swap'

/** So many that a search is made in another way because of them. */
const CROWD = 150

/** Ids of a crowd begin with this. */
export const OF_CROWD = 'crowd-'

/** More of something that is hidden, all alike. */
function crowd(caller: Caller, all: readonly Track[], count: number): Track[] {
  const current = currentOf(all)
  const one = all.find((track) => track.type !== 'Patient' && contentOf(track) && !isSeen(caller, track, current))
  if (!one) return []
  return Array.from({ length: count }, (_, at) => {
    const id = `${OF_CROWD}${at}`
    const versions = one.versions.map((version) => {
      return { ...version, resource: version.resource && { ...version.resource, id } }
    })
    return { ...one, id, versions }
  })
}

/** Twins for a caller: what it may not see is kept, left out, made another one or added. */
export function twinsFor(caller: Caller): fc.Arbitrary<Twins> {
  const choices = fc.array(fc.constantFrom<Choice>('keep', 'drop', 'swap', 'swap'), { minLength: 97, maxLength: 97 })
  const tracks = tracksOf(caller.types).map((all) => (caller.prepare ? all.map(prepared) : all))
  return fc
    .tuple(tracks, tracks, choices, fc.constantFrom(0, 0, CROWD))
    .map(([one, spare, list, more]) => {
      const other = disturbed(caller, one, spare, list)
      return { one, other: [...other, ...crowd(caller, other, more)] }
    })
    .filter(({ one, other }) => areTwins(caller, one, other))

  function prepared({ versions, ...rest }: Track): Track {
    const all = versions.map(({ at, resource }) => ({ at, resource: resource && caller.prepare!(resource) }))
    return { ...rest, versions: all }
  }
}

/** By the last content, whatever it was before. */
function isSeen({ sees }: Caller, track: Track, current: readonly Resource[]): boolean {
  const content = contentOf(track)
  return content !== undefined && sees(content, current)
}

/** The resources that a caller sees. */
export function seenOf(caller: Caller, tracks: readonly Track[]): Track[] {
  const current = currentOf(tracks)
  return tracks.filter((track) => isSeen(caller, track, current))
}

function disturbed(caller: Caller, one: readonly Track[], spare: readonly Track[], choices: readonly Choice[]) {
  const current = currentOf(one)
  const spares = new Map(spare.map((track) => [nameOf(track), track]))
  const changed = one.flatMap((track, at) => {
    const instead = spares.get(nameOf(track))
    if (isSeen(caller, track, current)) return [{ ...track, versions: track.versions.map(hideIn(instead)) }]
    const choice = choices[at % choices.length]
    if (choice === 'drop') return []
    return choice === 'swap' && instead ? [instead] : [track]
  })
  const there = new Set(one.map(nameOf))
  const added = spare.filter((track, at) => !there.has(nameOf(track)) && choices.at(-1 - (at % 97)) !== 'keep')
  const all = [...changed, ...added]
  const now = currentOf(all)
  // What would be seen is no twin's.
  return all.filter((track) => there.has(nameOf(track)) || !isSeen(caller, track, now))

  /** Of what is seen: versions that are not, and elements that are not. */
  function hideIn(instead: Track | undefined) {
    return ({ at, resource }: Version): Version => {
      if (!resource) return { at, resource }
      const other = instead && contentOf(instead)
      if (!caller.sees(resource, current)) {
        return { at, resource: other && !caller.sees(other, current) ? other : resource }
      }
      return { at, resource: caller.conceals ? caller.conceals(resource, other) : resource }
    }
  }
}

/** Whether the same is seen of both, and the same of each version. */
function areTwins(caller: Caller, one: readonly Track[], other: readonly Track[]): boolean {
  const [first, second] = [one, other].map((tracks) => {
    const current = currentOf(tracks)
    const shown = seenOf(caller, tracks).map(({ versions, ...rest }) => ({
      ...rest,
      versions: versions.map(({ at, resource }) => {
        if (!resource) return [at]
        return [at, caller.sees(resource, current) && (caller.shown ? caller.shown(resource) : resource)]
      }),
    }))
    return JSON.stringify(shown)
  })
  return first === second
}
