import type { AnyClientBulkWriteModel, UpdateFilter } from 'mongodb'
import type { ContainedDocument, ResourceDocument } from './document.ts'
import { type PreparedInside, placeOf } from './prepare.ts'
import type { Found, Subject } from './subject.ts'

/** What any collection has. */
export interface Kept {
  _id: string
}

/** A part of a command that writes one document. */
export type Write = AnyClientBulkWriteModel<Kept>

/** Fields of a resource's document that tell what it is found by, and what it contains. */
const FOUND_BY = ['k', 'r', 'g', 'w', 's', 'pk', 'holds'] as const

/**
 * What brings a database of this name to where changes have led a resource. What is written over something must have found
 * it: `matchedCount` says so.
 */
export function* writesOf(subject: Subject, database: string): Generator<Write> {
  const { type, versions, found } = subject
  if (!found) return
  for (const document of versions) yield { namespace: `${database}.versions`, name: 'insertOne', document }
  yield* untilWrites(subject, database)
  yield documentWrite(subject, found, `${database}.${type}`)
  yield* insideWrites(subject, found, database)
}

/** What was current is so until the next version. Where what is restored came in parts, that is one that was there before. */
export function* untilWrites({ type, id, head, versions: [next] }: Subject, database: string): Generator<Write> {
  if (!head || next?.v !== head.v + 1) return
  const filter = { _id: `${type}/${id}/${head.v}` }
  yield { namespace: `${database}.versions`, name: 'updateOne', filter, update: { $set: { until: next.t } } }
}

function documentWrite(subject: Subject, found: Found, namespace: string): Write {
  const { id: _id, head, versions } = subject
  const last = versions.at(-1)
  const filter = { _id, v: head?.v }
  if (!last) return { namespace, name: 'updateOne', filter, update: updateTo(foundFields(found)) }
  const { v, t, m, text } = last
  const { live, bytes } = subject.current
  const kept = text ? { text } : {}
  const document: ResourceDocument = { _id, v, t, m, live, bytes, ...kept, ...foundFields(found) }
  return head
    ? { namespace, name: 'replaceOne', filter, replacement: document }
    : { namespace, name: 'insertOne', document }
}

function foundFields({ facts, inside }: Found): Partial<ResourceDocument> {
  return inside.length === 0 ? facts : { ...facts, holds: inside.map(({ held }) => held) }
}

function updateTo(fields: Partial<ResourceDocument>): UpdateFilter<ResourceDocument> {
  const gone = FOUND_BY.filter((name) => fields[name] === undefined)
  return {
    ...(Object.keys(fields).length === 0 ? {} : { $set: fields }),
    ...(gone.length === 0 ? {} : { $unset: Object.fromEntries(gone.map((name) => [name, ''])) }),
  }
}

/** What is contained has the version and the last update of its container, so that it is written whenever that is. */
function* insideWrites(subject: Subject, { inside }: Found, database: string): Generator<Write> {
  const kept = new Set(inside.map(({ held }) => held))
  for (const held of subject.head?.holds ?? []) {
    if (kept.has(held)) continue
    const { collection, id } = placeOf(subject, held)
    yield { namespace: `${database}.${collection}`, name: 'deleteOne', filter: { _id: id } }
  }
  for (const one of inside) {
    const replacement = insideDocument(subject, one)
    const namespace = `${database}.${one.collection}`
    yield { namespace, name: 'replaceOne', filter: { _id: one.id }, replacement, upsert: true }
  }
}

function insideDocument({ type, id, current }: Subject, one: PreparedInside): ContainedDocument {
  const { v, t, bytes } = current
  return { _id: one.id, c: { type, id }, v, t, live: true, bytes, ...one.facts }
}
