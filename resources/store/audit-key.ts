/** Digits to the base of 36: of ms since 1970 (for three thousand years), and of a record's number in its chain. */
const TIME_DIGITS = 9
const NUMBER_DIGITS = 7

const KEY = /^([0-9a-z]{9})([0-9a-z]{7})-([0-9A-Za-z]{1,16})$/

/** What the name of a record tells, and follows from. */
export interface AuditPlace {
  /** ms since 1970 */
  recorded: number
  /** Letters and digits, 16 at the most. */
  chain: string
  number: number
}

/**
 * The name of a record: in the order of names records stand by their time, those of one chain in the order of the chain. Two
 * records have never the same, since a chain has each number once.
 */
export function auditKey({ recorded, chain, number }: AuditPlace): string {
  return `${timeKey(recorded)}${number.toString(36).padStart(NUMBER_DIGITS, '0')}-${chain}`
}

/** Where the record of a name stands; undefined of what is no name of one. */
export function placeOfKey(key: string): AuditPlace | undefined {
  const [, time, number, chain] = KEY.exec(key) ?? []
  if (time === undefined || number === undefined || chain === undefined) return undefined
  return { recorded: Number.parseInt(time, 36), number: Number.parseInt(number, 36), chain }
}

/** What lies before the names of all that is recorded at a moment (ms) or later, and behind all others. */
export function timeKey(ms: number): string {
  return Math.max(0, Math.ceil(ms)).toString(36).padStart(TIME_DIGITS, '0')
}

/** The month (`2026-11`, UTC) of a moment in ms since 1970. */
export function monthOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 7)
}
