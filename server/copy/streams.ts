import type { Archive, ArchivedRecord, ArchivePart, DoneKey, PlacedVersion } from '../../resources/store/archive.ts'

/** Of one part: bytes of texts after which it ends, and items at the most. */
const PART_BYTES = 4 * 1024 * 1024
const PART_ITEMS = 500

/** What an archive has in an order, and is carried in parts. */
export interface Stream<Item> {
  /** Under which name `CopyState` has the position. */
  name: 'versions' | 'done' | 'audit'
  read(after: string | undefined): AsyncIterable<Item>
  position(item: Item): string
  /** Bytes, about. */
  size(item: Item): number
  part(items: Item[]): ArchivePart
}

/** All versions; `partOf` gives what the current ones are found by. */
export function versionStream(
  archive: Archive,
  partOf: (versions: PlacedVersion[]) => ArchivePart,
): Stream<PlacedVersion> {
  return {
    name: 'versions',
    read: (after) => archive.versions(after),
    position: ({ position }) => position,
    size: ({ text }) => text?.length ?? 0,
    part: partOf,
  }
}

/** All names of work that was done. */
export function doneStream(archive: Archive): Stream<DoneKey> {
  return {
    name: 'done',
    read: (after) => archive.done(after),
    position: ({ key }) => key,
    size: ({ key }) => key.length,
    part: (done) => ({ done }),
  }
}

/** All records of the audit log. */
export function auditStream(archive: Archive): Stream<ArchivedRecord> {
  return {
    name: 'audit',
    read: (after) => archive.audit(after),
    position: ({ key }) => key,
    size: ({ text, indexed }) => text.length + indexed.length * 16,
    part: (audit) => ({ audit }),
  }
}

/** The items of a stream from behind a position on, in parts: each has one item at least. */
export async function* partsOf<Item>(
  stream: Pick<Stream<Item>, 'read' | 'size'>,
  after: string | undefined,
): AsyncGenerator<Item[]> {
  let items: Item[] = []
  let bytes = 0
  for await (const item of stream.read(after)) {
    items.push(item)
    bytes += stream.size(item)
    if (items.length < PART_ITEMS && bytes < PART_BYTES) continue
    yield items
    items = []
    bytes = 0
  }
  if (items.length > 0) yield items
}
