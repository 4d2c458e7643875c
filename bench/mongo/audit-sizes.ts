import { BSON } from 'mongodb'
import { NO_HASH } from '../../resources/store/audit-hash.ts'
import type { AuditDocument } from '../../resources/store/mongo/audit-document.ts'
import type { Lane } from '../../resources/store/mongo/audit-lanes.ts'
import { Recording } from '../../resources/store/mongo/audit-recording.ts'
import { AUDIT_INDEXES } from '../../resources/store/mongo/indexes.ts'
import { readEntry } from '../audit/read-entry.ts'
import { keysOf, sizeOf } from './key-bytes.ts'
import { snappyBytes } from './snappy-bytes.ts'

/** ms from one event to the next. */
const APART = 13_000

const LANES = 4

/** Documents of events in some lanes, as a MongoStore writes them. */
function* documents(count: number): Generator<AuditDocument> {
  const lanes = Array.from({ length: LANES }, (_, at): Lane => {
    return { chain: `lane000${at}`, number: 0, hash: NO_HASH, recorded: 0, begun: 0 }
  })
  for (let at = 0; at < count; at++) {
    const now = Date.UTC(2026, 0, 1) + at * APART
    const recording = new Recording(lanes[at % LANES]!, [readEntry(at, now)], 'x')
    for (const write of recording.writes([], now)) {
      if (write.name === 'insertOne' && write.namespace.startsWith('x.audit_2')) yield write.document as AuditDocument
    }
    lanes[at % LANES] = recording.reached
  }
}

/** Bytes of documents in a page, which is compressed as a whole. */
const PAGE = 32 * 1024

/** What documents take on disk, in pages that come one behind the other. */
class Pages {
  plain = 0
  kept = 0
  private page: Uint8Array[] = []
  private size = 0

  add(document: AuditDocument): void {
    const bytes = BSON.serialize(document)
    this.page.push(bytes)
    this.plain += bytes.length
    this.size += bytes.length
    if (this.size > PAGE) this.end()
  }

  end(): void {
    this.kept += snappyBytes(Buffer.concat(this.page))
    this.page = []
    this.size = 0
  }
}

/** Prints what an event takes: computed, without a server. */
function main(count: number): void {
  const indexes = [{ name: '_id', key: { _id: 1 as const } }, ...AUDIT_INDEXES]
  const keys = new Map(indexes.map(({ name }): [string, Buffer[]] => [name, []]))
  const pages = new Pages()
  let text = 0
  for (const document of documents(count)) {
    pages.add(document)
    text += Buffer.byteLength(document.x)
    for (const { name, key } of indexes) {
      keys.get(name)!.push(...keysOf(document as unknown as Record<string, unknown>, key))
    }
  }
  pages.end()
  const each = (bytes: number) => Math.round(bytes / count)
  console.log(`an event: text ${each(text)} bytes, document ${each(pages.plain)}, compressed ${each(pages.kept)}`)
  let all = pages.kept
  for (const [name, own] of keys) {
    const { kept } = sizeOf(own)
    all += kept
    console.log(`index ${name}: ${(own.length / count).toFixed(1)} keys, ${each(kept)} bytes`)
  }
  console.log(`in all ${each(all)} bytes`)
}

main(Number(process.argv[2] ?? 100_000))
