import type { Check, Layer } from '../place.ts'
import { checkAttachment } from './attachment.ts'
import { checkCoding } from './coding.ts'
import { checkIdentifier } from './identifiers.ts'
import { checkQuantity, checkRange, checkSampledData, checkUcum } from './quantities.ts'
import { checkString } from './strings.ts'

const CHECKS: ReadonlyMap<string, Check> = new Map([
  ['Quantity', checkQuantity],
  ['Age', checkUcum],
  ['Count', checkUcum],
  ['Distance', checkUcum],
  ['Duration', checkUcum],
  ['Range', checkRange],
  ['SampledData', checkSampledData],
  ['Attachment', checkAttachment],
  ['Coding', checkCoding],
  ['Identifier', checkIdentifier],
  ['string', checkString],
])

/** What values of the data types have to be beyond their form and invariants (R4 datatypes.html). */
export const values: Layer = { name: 'values', checkOf: (type) => CHECKS.get(type) }
