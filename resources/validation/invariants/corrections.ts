import type { InvariantTable } from '../../definitions/shapes.ts'

/** Of R4's invariants that say something else than they mean: what is checked in their place, and why. */
interface Correction {
  /** The expression as R4 has it: another one under the same key is another invariant. */
  of: string
  is: string
}

const NAME = "name.matches('[A-Z]([A-Za-z0-9_]){0,254}')"

const CORRECTIONS: Readonly<Record<string, readonly Correction[]>> = {
  // A fullUrl that is not there has no version in it.
  'bdl-8': [
    { of: "fullUrl.contains('/_history/').not()", is: "fullUrl.empty() or fullUrl.contains('/_history/').not()" },
  ],
  // What cannot be told apart (a day, and an hour of it) is in order: the difference is not known to be wrong.
  'inv-1': [
    {
      of: 'lastModified.exists().not() or authoredOn.exists().not() or lastModified >= authoredOn',
      is: '(lastModified < authoredOn).empty() or (lastModified < authoredOn) = false',
    },
  ],
  'mdd-1': [
    {
      of: 'whenHandedOver.empty() or whenPrepared.empty() or whenHandedOver >= whenPrepared',
      is: '(whenHandedOver < whenPrepared).empty() or (whenHandedOver < whenPrepared) = false',
    },
  ],
  'per-1': [
    {
      of: 'start.hasValue().not() or end.hasValue().not() or (start <= end)',
      is: '(start > end).empty() or (start > end) = false',
    },
  ],
  // Contained Questionnaires have linkIds of their own.
  'que-2': [
    { of: 'descendants().linkId.isDistinct()', is: 'item.select(linkId.combine(descendants().linkId)).isDistinct()' },
  ],
  // `Boolean` is FHIRPath's own type; an answer's is FHIR's `boolean`.
  'que-7': [
    { of: "operator = 'exists' implies (answer is Boolean)", is: "operator = 'exists' implies (answer is boolean)" },
  ],
  // "If there are more than one enableWhen": that is more than 1, as later versions have it.
  'que-12': [
    {
      of: 'enableWhen.count() > 2 implies enableBehavior.exists()',
      is: 'enableWhen.count() > 1 implies enableBehavior.exists()',
    },
  ],
  // Nothing is no decimal.
  'ras-2': [
    {
      of: 'probability is decimal implies (probability as decimal) <= 100',
      is: 'probability.empty() or (probability is decimal implies (probability as decimal) <= 100)',
    },
  ],
  // Quantities of which one has no value cannot be compared.
  'rng-2': [{ of: 'low.empty() or high.empty() or (low <= high)', is: '(low > high).empty() or (low > high) = false' }],
  // `when` repeats, and `in` asks about one.
  'tim-9': [
    {
      of: "offset.empty() or (when.exists() and ((when in ('C' | 'CM' | 'CD' | 'CV')).not()))",
      is: "offset.empty() or (when.exists() and when.where($this in ('C' | 'CM' | 'CD' | 'CV')).empty())",
    },
  ],
  // A Reference may have an identifier alone; `#` is the container (references.html, "Contained Resources").
  'ref-1': [
    {
      of: "reference.startsWith('#').not() or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))",
      is: "reference.empty() or reference = '#' or reference.startsWith('#').not() or (reference.substring(1) in %rootResource.contained.id)",
    },
  ],
}

/** Of paths and names of elements the whole is meant, where `matches` looks for a part. */
const WHOLE: ReadonlySet<string> = new Set(['eld-19', 'eld-20'])

/** The expression that is checked for one of R4's invariants: its own, or what it means. */
export function correctedExpression({ key, expression }: InvariantTable): string {
  // What has no name has none that is wrong; and the whole name is meant, not any part of it.
  if (expression === NAME) return "name.empty() or name.matches('^[A-Z][A-Za-z0-9_]{0,254}$')"
  if (WHOLE.has(key))
    return expression.replace(/^path\.matches\('(.*)'\)$/, (_, pattern: string) => `path.matches('^${pattern}$')`)
  return CORRECTIONS[key]?.find(({ of }) => of === expression)?.is ?? expression
}
