/** Parameters of which a value is that of a great part of a type. */
const BROAD = new Set([
  '_profile',
  '_security',
  '_tag',
  'active',
  'category',
  'class',
  'clinical-status',
  'deceased',
  'gender',
  'intent',
  'language',
  'lifecycle-status',
  'priority',
  'status',
  'use',
  'verification-status',
])

/** Whether a value of a parameter says little of which resources have it. */
export function isBroad(param: string): boolean {
  return BROAD.has(param)
}
