/** The order of values of one kind, texts by their UTF-8 bytes; undefined where they are of two kinds. */
export function compare(one: unknown, other: unknown): number | undefined {
  if (typeof one === 'number' && typeof other === 'number')
    return one - other || Number(one > other) - Number(one < other)
  if (typeof one === 'string' && typeof other === 'string') return compareTexts(one, other)
  if (typeof one === 'boolean' && typeof other === 'boolean') return Number(one) - Number(other)
  return undefined
}

const PLAIN = /^[\0-\u{d7ff}]*$/u

function compareTexts(one: string, other: string): number {
  if (!PLAIN.test(one) || !PLAIN.test(other)) return Buffer.compare(Buffer.from(one), Buffer.from(other))
  return Number(one > other) - Number(one < other)
}

/** The order that documents are sorted in: what is absent first. */
export function compareForSort(one: unknown, other: unknown): number {
  return compare(one, other) ?? Number(one !== undefined) - Number(other !== undefined)
}
