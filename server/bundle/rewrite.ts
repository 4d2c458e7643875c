import { FhirError } from '../../resources/fhir-error.ts'
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
 * reference by urn that names no entry.
 */
export function rewriteLinks(
  { value }: JsonDocument,
  links: Links,
  fullUrl: string | undefined,
  replacements: Replacements,
): ConditionalReference[] {
  const waiting: ConditionalReference[] = []
  const replace = (site: LinkSite, text: string): void => {
    site.set(text)
    replacements.set(site.ordinal, text)
  }
  visitLinks(value, (site) => {
    const text =
      site.kind === 'narrative' ? rewriteNarrative(site.text, links, fullUrl) : links.resolve(site.text, fullUrl)
    if (text !== undefined) replace(site, text)
    else if (site.kind === 'reference') {
      const conditional = judgeReference(site, value)
      if (conditional)
        waiting.push({ ...conditional, path: site.path, settle: (reference) => replace(site, reference) })
    }
  })
  return waiting
}

/** The text with its replacements in place; all else stays to the byte. */
export function replaceStrings(text: Buffer, replacements: Replacements): Buffer {
  if (replacements.size === 0) return text
  const ranges = stringRanges(text)
  const parts: Buffer[] = []
  let at = 0
  for (const [ordinal, replacement] of [...replacements].sort(([one], [other]) => one - other)) {
    parts.push(text.subarray(at, ranges[ordinal * 2]), Buffer.from(JSON.stringify(replacement)))
    at = ranges[ordinal * 2 + 1]!
  }
  return Buffer.concat([...parts, text.subarray(at)])
}

function judgeReference(site: LinkSite, value: Record<string, unknown>): { type: string; query: string } | undefined {
  const parsed = parseReference(site.text)
  if (parsed.kind === 'conditional') return parsed
  if (parsed.kind === 'urn' && /^urn:(uuid|oid):/.test(site.text)) {
    throw FhirError.of('invalid', 'The reference names no entry of this transaction.', {
      code: 'not-found',
      expression: `${value.resourceType}${site.path}`,
    })
  }
  return undefined
}

/** `<a href>` and `<img src>` of the narrative; undefined when none of them leads to an entry. */
function rewriteNarrative(xhtml: string, links: Links, fullUrl: string | undefined): string | undefined {
  let changed = false
  const text = xhtml.replace(
    /(<a\s[^>]*?\bhref\s*=\s*|<img\s[^>]*?\bsrc\s*=\s*)(["'])(.*?)\2/g,
    (whole, before: string, quote: string, link: string) => {
      const target = links.resolve(link, fullUrl)
      changed ||= target !== undefined
      return target === undefined ? whole : `${before}${quote}${target}${quote}`
    },
  )
  return changed ? text : undefined
}
