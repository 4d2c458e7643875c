import type { Kept, Write } from './writes.ts'

/** A document of a collection that has one for each name. */
export interface KeptDocument extends Kept {
  value?: string | Buffer
  at?: Date
}

/** Writes a document in the place of the one of its name, where there is one. */
export function keptWrite(database: string, collection: string, document: KeptDocument): Write {
  const filter = { _id: document._id }
  return { namespace: `${database}.${collection}`, name: 'replaceOne', filter, replacement: document, upsert: true }
}

/** Notes that resources of a type contained ones of another: `Contained#Container`. */
export function containerWrite(database: string, _id: string): Write {
  const [contained, container] = _id.split('#')
  const update = { $setOnInsert: { contained, container } }
  return { namespace: `${database}.containers`, name: 'updateOne', filter: { _id }, update, upsert: true }
}
