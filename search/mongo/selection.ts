import { createHash } from 'node:crypto'
import type { MongoSelection } from '../../resources/store/mongo/selection.ts'
import type { Search } from '../searcher.ts'
import { canonical } from './canonical.ts'
import { Filters } from './far.ts'
import { type Limits, type Readable, Reading } from './reading.ts'

/** A search that a commit repeats in its transaction. Its lock is that of all who ask the same, whatever they may see. */
export function selectionOf(store: Readable, { type, where, restriction }: Search, limits: Limits): MongoSelection {
  return {
    selection: 'mongo',
    lock: createHash('sha256')
      .update(`${type} ${canonical(where)}`)
      .digest('base64url'),
    async ids(session, most) {
      const reading = new Reading(store, limits, session)
      return reading.ids(type, await new Filters(reading, restriction).seen(type, where), most)
    },
  }
}
