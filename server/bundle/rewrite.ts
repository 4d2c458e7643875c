import { FhirError } from '../../resources/fhir-error.ts'
import type { Edit } from '../../resources/json/edits.ts'
import { stringRanges } from '../../resources/json/outline.ts'
import type { JsonDocument } from '../../resources/json/parse.ts'
import { parseReference } from '../../resources/references.ts'
import type { Links } from './links.ts'
import { type LinkSite, visitLinks } from './walk.ts'

/** New strings for a text, by the number of the string value that they replace. */
export type Replacements = Map<number, string>

/** A conditional reference that waits for its search (`Practitioner?identifier=system|value`). */
export interface ConditionalReference {
  type: string
  query: string
  /** Puts the reference found in its place. */
  settle(reference: string): void
  path: string
}

/**
 * Rewrites the links of a resource to the other entries of its transaction: at once in the parsed value, and noted as
 * replacements for the text. Gives the conditional references, which are settled later. Throws `invalid` for a
 * reference by urn that names no entry. References that stand in `stored` already are left alone.
 */
export function rewriteLinks(
  { value }: JsonDocument,
  links: Links,
  fullUrl: string | undefined,
  replacements: Replacements,
  stored: Buffer | undefined,
): ConditionalReference[] {
  const waiting: ConditionalReference[] = []
  const replace = ({ holder, key, ordinal }: LinkSite, text: string): void => {
    Reflect.set(holder, key, text)
    replacements.set(ordinal, text)
  }
  visitLinks(value, (kind, text, walk) => {
    const target = kind === 'narrative' ? rewriteNarrative(text, links, fullUrl) : links.resolve(text, fullUrl)
    if (target !== undefined) replace(walk.site, target)
    else if (kind === 'reference' && isToBeJudged(text) && !stored?.includes(JSON.stringify(text))) {
      const conditional = judgeReference(text, () => `${value.resourceType}${walk.path}`)
      if (!conditional) return
      const { site, path } = walk
      waiting.push({ ...conditional, path, settle: (reference) => replace(site, reference) })
    }
  })
  return waiting
}

/** The replacements as edits of the text. */
export function replacementEdits(text: Buffer, replacements: Replacements): Edit[] {
  if (replacements.size === 0) return []
  let last = 0
  for (const ordinal of replacements.keys()) last = Math.max(last, ordinal)
  const ranges = stringRanges(text, last)
  return [...replacements].map(([ordinal, replacement]) => ({
    start: ranges[ordinal * 2]!,
    end: ranges[ordinal * 2 + 1]!,
    text: JSON.stringify(replacement),
  }))
}

/** Whether a reference can be one that leads nowhere, or a conditional one. */
function isToBeJudged(text: string): boolean {
  return text.includes('?') || text.startsWith('urn:')
}

function judgeReference(text: string, path: () => string): { type: string; query: string } | undefined {
  const parsed = parseReference(text)
  if (parsed.kind === 'conditional') return parsed
  if (/^[A-Za-z]+\?/.test(text)) {
    throw FhirError.of('invalid', 'The conditional reference names no resource type.', { expression: path() })
  }
  if (parsed.kind === 'urn' && /^urn:(uuid|oid):/.test(text)) {
    throw FhirError.of('invalid', 'The reference names no entry of this transaction.', {
      code: 'not-found',
      expression: path(),
    })
  }
  return undefined
}

/** `<a href>` and `<img src>` of the narrative. A bare `<` cannot stand in a tag, so that none is looked at twice. */
const LINKS = /(<a\s[^<>]*?\bhref\s*=\s*|<img\s[^<>]*?\bsrc\s*=\s*)(?:"([^"<>]*)"|'([^'<>]*)')/g

/** The narrative with its links rewritten; undefined when none of them leads to an entry. */
function rewriteNarrative(xhtml: string, links: Links, fullUrl: string | undefined): string | undefined {
  if (links.empty) return undefined
  let changed = false
  const text = xhtml.replace(LINKS, (whole, before: string, double?: string, single?: string) => {
    const target = links.resolve(double ?? single ?? '', fullUrl)
    changed ||= target !== undefined
    const quote = double === undefined ? "'" : '"'
    return target === undefined ? whole : `${before}${quote}${target}${quote}`
  })
  return changed ? text : undefined
}
