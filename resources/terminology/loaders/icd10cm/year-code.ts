/** A code as the list of a year has it. */
export interface YearCode {
  /** With its dot: `E11.9`. */
  code: string
  billable: boolean
  /** Absent where it is not known, or the same as the title. */
  short?: string
  title: string
  /** The code right above it, a block, or none that is known. */
  parent?: string
  chapter?: string
  block?: string
}

/** The codes of a year, which hold from its first day on. */
export interface Year {
  /** `FY2026` */
  version: string
  from: string
  codes: ReadonlyMap<string, YearCode>
}

/** `E119` of `E11.9`. */
export function bare(code: string): string {
  return code.replace('.', '')
}

/** `E11.9` of `E119`. */
export function dotted(bareCode: string): string {
  return bareCode.length > 3 ? `${bareCode.slice(0, 3)}.${bareCode.slice(3)}` : bareCode
}

/** What codes look like, with the dot. */
export const CODE = /^[A-Z][0-9A-Z]{2}(\.[0-9A-Z]{1,4})?$/

/** The code above: `E11.6` of `E11.65`, `E11` of `E11.6`; undefined of a category. */
export function above(code: string): string | undefined {
  if (code.length <= 3) return undefined
  return code.length === 5 ? code.slice(0, 3) : code.slice(0, -1)
}

/** The nearest code above that there is. */
export function nearestAbove(code: string, exists: (code: string) => boolean): string | undefined {
  let found = above(code)
  while (found !== undefined && !exists(found)) found = above(found)
  return found
}

/** By what all is sorted: chapters, then blocks, then codes as the official list has them. */
export function orderKey(code: string): string {
  if (/^\d{1,2}$/.test(code)) return `0${code.padStart(2, '0')}`
  return code.includes('-') ? `1${code}` : `2${bare(code)}`
}
