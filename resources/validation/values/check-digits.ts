/** Of decimal digits: each second one from the right doubled, its digits and the others added, gives tens (ISO/IEC 7812-1, Luhn). */
export function isLuhn(digits: string): boolean {
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at])
    const doubled = digit * (at % 2 === 1 ? 2 : 1)
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** National Provider Identifier: ten digits, right by Luhn with 80840 (health, USA) before them (CMS, NPI check digit). */
export function isNpi(value: string): boolean {
  return /^\d{10}$/.test(value) && isLuhn(`80840${value}`)
}

/** Of GS1's keys (GTIN, GLN, SSCC): weights 3 and 1 in turn from the right, without the check digit (GS1 General Specifications, 7.9). */
export function isGs1(digits: string): boolean {
  let sum = 0
  for (let at = 0; at < digits.length; at++) sum += Number(digits[digits.length - 1 - at]) * (at % 2 === 1 ? 3 : 1)
  return sum % 10 === 0
}

/** Number of the NHS: ten digits, the last by weights 10 to 2 and modulus 11. */
export function isNhsNumber(value: string): boolean {
  if (!/^\d{10}$/.test(value)) return false
  let sum = 0
  for (let at = 0; at < 9; at++) sum += Number(value[at]) * (10 - at)
  const check = 11 - (sum % 11)
  return check !== 10 && (check === 11 ? 0 : check) === Number(value[9])
}

/** Number of the DEA: two letters (or a letter and 9), six digits, and the last of what these give. */
export function isDeaNumber(value: string): boolean {
  const digits = /^[A-Za-z][A-Za-z9](\d{7})$/.exec(value)?.[1]
  if (digits === undefined) return false
  const [a, b, c, d, e, f, check] = [...digits].map(Number) as [number, number, number, number, number, number, number]
  return (a + c + e + 2 * (b + d + f)) % 10 === check
}

/** Medicare Beneficiary Identifier: eleven places, without S, L, O, I, B, Z, with or without dashes (CMS, MBI format). */
export function isMbi(value: string): boolean {
  const letter = '[AC-HJKMNP-RT-Y]'
  const either = '[AC-HJKMNP-RT-Y0-9]'
  const form = `^[1-9]${letter}${either}\\d-?${letter}${either}\\d-?${letter}${letter}\\d\\d$`
  return new RegExp(form).test(value.toUpperCase())
}

/** Social Security Number: nine digits, with or without dashes. */
export function isSsn(value: string): boolean {
  return /^\d{3}(-?)\d{2}\1\d{4}$/.test(value)
}
