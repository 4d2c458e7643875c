import type { Deed, DeedPart } from './deed.ts'

/** What one record is made of. */
export interface Piece {
  deed: Deed
  /** Of its parts that are written. */
  changes: readonly number[]
}

/** Keys that the items of a record make at the most, and what their texts take in JSON, in bytes: well within the store's bounds. */
const MOST_KEYS = 1_800
const MOST_BYTES = 160 * 1024

/** Patients of one part in one record. */
const MOST_PATIENTS = 900

/** UTF-16 units of a query or reason in one record. */
const MOST_WORDS = 8 * 1024

/** Bytes of a list that every record can have. */
const SHORT = 2 * 1024

type Item =
  | { kind: 'part'; part: DeedPart; change: number | undefined }
  | { kind: 'patients' | 'decidedBy' | 'purposes'; text: string }
  | { kind: 'query' | 'reason'; text: string }

/**
 * A deed in pieces that each have what it was and who did it. Of the rest every piece has a part: what is a list goes on in
 * the next piece, and so do texts. A part with very many patients is in several pieces.
 */
export function pieces(deed: Deed, changes: readonly number[]): Piece[] {
  const { parts: _, patients: __, query: ___, reason: ____, count, event, ...base } = deed
  for (const list of ['purposes', 'decidedBy'] as const) if (isLong(deed[list])) delete base[list]
  const first: Deed = { ...base, ...(count === undefined ? {} : { count }), ...(event === undefined ? {} : { event }) }
  return bundled(itemsOf(deed, changes)).map((items, at) => pieceOf(at === 0 ? first : base, items))
}

function isLong(list: readonly string[] | undefined): boolean {
  return list !== undefined && bytesOf(list) > SHORT
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}

function* itemsOf(deed: Deed, changes: readonly number[]): Generator<Item> {
  for (const kind of ['query', 'reason'] as const) {
    const text = deed[kind] ?? ''
    for (let at = 0; at < text.length; at += MOST_WORDS) yield { kind, text: text.slice(at, at + MOST_WORDS) }
  }
  for (const kind of ['purposes', 'decidedBy', 'patients'] as const) {
    if (kind !== 'patients' && !isLong(deed[kind])) continue
    for (const text of deed[kind] ?? []) yield { kind, text }
  }
  let next = 0
  for (const part of deed.parts ?? []) {
    const change = part.written ? changes[next++] : undefined
    const { patients } = part
    for (let at = 0; at === 0 || at < patients.length; at += MOST_PATIENTS) {
      yield { kind: 'part', part: { ...part, patients: patients.slice(at, at + MOST_PATIENTS) }, change }
    }
  }
}

function bundled(items: Iterable<Item>): Item[][] {
  const bundles: Item[][] = [[]]
  let [keys, bytes] = [0, 0]
  for (const item of items) {
    const size = sizeOf(item)
    keys += size.keys
    bytes += size.bytes
    if ((keys > MOST_KEYS || bytes > MOST_BYTES) && bundles.at(-1)!.length > 0) {
      bundles.push([])
      keys = size.keys
      bytes = size.bytes
    }
    bundles.at(-1)!.push(item)
  }
  return bundles
}

function sizeOf(item: Item): { keys: number; bytes: number } {
  if (item.kind !== 'part') return { keys: 1, bytes: bytesOf(item.text) + 1 }
  const { type, id, patients } = item.part
  // Places of patients in their list have six digits at the most.
  return { keys: 2 + patients.length, bytes: bytesOf([type, id, patients]) + 7 * patients.length + 40 }
}

function pieceOf(base: Deed, items: readonly Item[]): Piece {
  const texts = (kind: Exclude<Item['kind'], 'part'>) =>
    items.flatMap((item) => (item.kind === kind ? [item.text] : []))
  const parts = items.flatMap((item) => (item.kind === 'part' ? [item] : []))
  const lists = (['purposes', 'decidedBy', 'patients'] as const).map((kind) => [kind, texts(kind)] as const)
  const words = (['query', 'reason'] as const).map((kind) => [kind, texts(kind).join('')] as const)
  const some = [...lists, ...words].filter(([, value]) => value.length > 0)
  return {
    deed: {
      ...base,
      ...Object.fromEntries(some),
      ...(parts.length > 0 ? { parts: parts.map(({ part }) => part) } : {}),
    },
    changes: parts.flatMap(({ change }) => (change === undefined ? [] : [change])),
  }
}
