import { beginningOf } from '../../beginning.ts'
import type { Place, Run } from '../place.ts'
import type { Bundle, EntryIndex } from './entry-index.ts'

/** A reference of an entry, and where it stands in it. */
export interface ToldReference {
  path: string
  reference: string
}

/** The texts of the references at a path of members (`section.entry`) of a resource, with lists in between. */
export function referencesAt(resource: object, path: string): ToldReference[] {
  let found: { path: string; value: unknown }[] = [{ path: '', value: resource }]
  for (const name of path.split('.')) found = found.flatMap(({ path: before, value }) => step(before, value, name))
  return found.flatMap(({ path: at, value }) => {
    const { reference } = value as { reference?: unknown }
    return typeof reference === 'string' ? [{ path: at, reference }] : []
  })
}

function step(before: string, around: unknown, name: string): { path: string; value: unknown }[] {
  const value = (around as Record<string, unknown>)[name]
  if (typeof value !== 'object' || value === null) return []
  const path = before === '' ? name : `${before}.${name}`
  if (!Array.isArray(value)) return [{ path, value }]
  return value.map((one, at) => ({ path: `${path}[${at}]`, value: one })).filter(({ value: one }) => one !== null)
}

/** Tells a reference of the first entry that leads to none of the Bundle, or to several versions of a resource. */
export function checkWithin(place: Place, told: ToldReference, index: EntryIndex, run: Run): void {
  const { path, reference } = told
  if (reference.startsWith('#')) return
  const found = index.resolve(reference, 0)
  if (found.length === 1) return
  const shown = beginningOf(reference)
  const [messageId, diagnostics] =
    found.length === 0
      ? ['bundle-reference-missing', `What this leads to is to be in the Bundle, and is not: ${shown}`]
      : ['bundle-reference-ambiguous', `The Bundle has ${found.length} versions of what this leads to: ${shown}`]
  const code = found.length === 0 ? 'not-found' : 'invalid'
  run.report(place, { severity: 'error', code, messageId, diagnostics }, `entry[0].resource.${path}.reference`)
}

/**
 * Tells the entries that no way of references leads to from the first one, or back to it: what has nothing to do with a
 * document or message does not belong in it.
 */
export function checkReached(place: Place, { entry = [] }: Bundle, index: EntryIndex, run: Run): void {
  const neighbours: Set<number>[] = entry.map(() => new Set())
  for (const [from, { resource }] of entry.entries()) {
    for (const reference of resource ? allReferences(resource) : []) {
      for (const to of index.resolve(reference, from)) {
        neighbours[from]?.add(to)
        neighbours[to]?.add(from)
      }
    }
  }
  const reached = reachedFrom(0, neighbours)
  for (const at of entry.keys()) {
    if (reached.has(at)) continue
    const diagnostics = 'No reference leads here from the first entry, or back to it.'
    run.report(
      place,
      { severity: 'information', code: 'informational', messageId: 'bundle-entry-unreached', diagnostics },
      `entry[${at}]`,
    )
  }
}

function reachedFrom(start: number, neighbours: readonly ReadonlySet<number>[]): Set<number> {
  const reached = new Set([start])
  // A Set gives what is added while it is gone through.
  for (const at of reached) for (const next of neighbours[at] ?? []) reached.add(next)
  return reached
}

function allReferences(resource: object): string[] {
  const found: string[] = []
  const open: unknown[] = [resource]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    for (const [name, inner] of Object.entries(value as object)) {
      if (typeof inner === 'object' && inner !== null) open.push(inner)
      else if (name === 'reference' && typeof inner === 'string') found.push(inner)
    }
  }
  return found
}
