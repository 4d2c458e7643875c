/** Characters below 32 that are no white space (R4 datatypes, string). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/

const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/
const TIME = /^([01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?$/
const ZONE = /(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)$/

/** Formats of primitive types that need more than a pattern, by the name used in the schemas. */
export const FORMATS: Record<string, (value: string) => boolean> = {
  date: isDate,
  dateTime: (value) => (value.includes('T') ? isMoment(value) : isDate(value)),
  instant: isMoment,
  base64Binary: isBase64,
  text: isText,
  // Single white space within, none at the ends. As one pattern it would run over the stack of long values.
  code: (value) => value !== '' && !/^[ \t\r\n]|[ \t\r\n]$|[ \t\r\n]{2}/.test(value) && !CONTROL.test(value),
  uri: (value) => value !== '' && !/\s/.test(value) && !CONTROL.test(value),
}

/** `YYYY`, `YYYY-MM` or `YYYY-MM-DD` that the calendar has. */
function isDate(value: string): boolean {
  const parts = DATE.exec(value)
  if (!parts) return false
  const year = Number(parts[1])
  if (year === 0 || parts[2] === undefined) return year !== 0
  const month = Number(parts[2])
  if (month < 1 || month > 12) return false
  return parts[3] === undefined || (Number(parts[3]) >= 1 && Number(parts[3]) <= daysIn(year, month))
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** A full date, a time to the second at least, and a zone. */
function isMoment(value: string): boolean {
  if (value.length < 20 || value[10] !== 'T') return false
  const zone = ZONE.exec(value)
  return zone !== null && isDate(value.slice(0, 10)) && TIME.test(value.slice(11, zone.index))
}

/** Base64 of RFC 4648 with padding; white space may stand between the quartets. */
function isBase64(value: string): boolean {
  const packed = /\s/.test(value) ? value.replace(/\s+/g, '') : value
  return packed.length > 0 && packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed)
}

/** At least one character that is not white space (ele-1), no control characters; at most a mebibyte (datatypes, string). */
function isText(value: string): boolean {
  return value.length <= 1_048_576 && /\S/.test(value) && !CONTROL.test(value)
}
