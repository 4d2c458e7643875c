/** The parts of a Bundle that is sent; entries and resources are texts already and are not parsed again. */
export interface BundleParts {
  type: 'searchset' | 'history' | 'batch-response' | 'transaction-response'
  total?: number
  links?: { relation: string; url: string }[]
  /** Each an entry, or several with commas between them, or empty. */
  entries: Buffer[]
}

/** One entry: its resource's text, and the members beside it. */
export function entryText(members: Record<string, unknown>, resource?: Buffer): Buffer {
  const rest = JSON.stringify(members)
  if (!resource) return Buffer.from(rest)
  const head = Buffer.from(`${rest.slice(0, -1)}${rest === '{}' ? '' : ','}"resource":`)
  return Buffer.concat([head, resource, CLOSE])
}

/** Joins a Bundle's text. */
export function bundleText({ type, total, links, entries }: BundleParts): Buffer {
  const head = JSON.stringify({ resourceType: 'Bundle', type, total, link: links })
  // FHIR has no empty lists.
  const parts = entries.flatMap((entry) => (entry.length > 0 ? [COMMA, entry] : []))
  if (parts.length === 0) return Buffer.from(head)
  parts[0] = Buffer.from(`${head.slice(0, -1)},"entry":[`)
  return Buffer.concat([...parts, END])
}

const CLOSE = Buffer.from('}')
const COMMA = Buffer.from(',')
const END = Buffer.from(']}')
