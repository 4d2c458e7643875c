import { parseText } from '../../resources/json/parse.ts'
import type { Pace } from '../../resources/pace.ts'
import type { IndexChange, ScanEntry, Store } from '../../resources/store/port.ts'
import type { Zone } from '../../resources/zone.ts'
import { containedOf } from '../../search/index-contained.ts'
import { indexEntries } from '../../search/index-entries.ts'
import type { ParameterRegistry } from '../../search/parameters.ts'
import type { UnderWay } from '../write/under-way.ts'

/** What indexing works with. */
export interface Indexing {
  store: Store
  baseUrl: string
  parameters: ParameterRegistry
  zone: Zone
  underWay: UnderWay
}

/** Resources of one step. */
const STEP = 200

/** Searchable values that one step writes at the most, or those of one resource: others wait while it is written. */
const MOST_VALUES = 50_000

/** The next resources behind a place, with the entries that they have now, and the place to go on from; undefined at the end. */
export async function nextStep(
  indexing: Indexing,
  after: string | undefined,
  pace: Pace,
): Promise<{ changes: IndexChange[]; after: string } | undefined> {
  const page = await indexing.store.scan(after, STEP)
  const changes: IndexChange[] = []
  let values = 0
  for (const entry of page) {
    const change = changeOf(entry, indexing)
    changes.push(change)
    values += valuesOf(change)
    if (values > MOST_VALUES) break
    if (pace.due) await pace.rest()
  }
  const last = page[changes.length - 1]
  return last && { changes, after: last.position }
}

function changeOf({ type, id, version, text }: ScanEntry, indexing: Indexing): IndexChange {
  return { kind: 'index', type, id, version, ...foundBy(type, text, indexing) }
}

/** What a resource with this text is found by, and what it contains. */
export function foundBy(
  type: string,
  text: Buffer,
  { baseUrl, parameters, zone }: Pick<Indexing, 'baseUrl' | 'parameters' | 'zone'>,
): Pick<IndexChange, 'entries' | 'contained'> {
  const value = parseText(text.toString())
  const entries = indexEntries(type, value, baseUrl, parameters, zone)
  return { entries, ...containedOf(value, baseUrl, parameters, zone) }
}

function valuesOf({ entries, contained = [] }: IndexChange): number {
  return contained.reduce((sum, one) => sum + one.entries.length, entries.length)
}
