import type { Layer, Options } from '../../resources/validation/place.ts'
import { type KnownSource, Validator } from '../../resources/validation/validator.ts'

/** Knows nothing: no profile, no value set, no resource. */
export const NOTHING_KNOWN: KnownSource = {
  structureNow: () => null,
  structure: async () => null,
  verdictNow: () => ({ result: 'unknown', faults: [] }),
  verdict: async () => ({ result: 'unknown', faults: [] }),
  target: async () => null,
}

const PLAIN: Options = { profiles: [], strictExtensions: false, mustSupport: false }

/** What layers find in a resource: `error pat-1 Patient.contact[0]`; faults of structure have `structure` for a message id. */
export async function findingsOf(
  layers: readonly Layer[],
  resource: object,
  { source = NOTHING_KNOWN, options = {} }: { source?: KnownSource; options?: Partial<Options> } = {},
): Promise<string[]> {
  const validator = new Validator(layers)
  const text = Buffer.from(JSON.stringify(resource))
  const issues = await validator.validate(JSON.parse(text.toString()), text, source, { ...PLAIN, ...options })
  return issues.map(
    ({ severity, messageId = 'structure', expression }) => `${severity} ${messageId} ${expression?.[0]}`,
  )
}
