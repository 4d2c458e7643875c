/** The parts of a Bundle that is sent; entries and resources are texts already and are not parsed again. */
export interface BundleParts {
  type: 'searchset' | 'history' | 'batch-response' | 'transaction-response'
  total?: number
  links?: { relation: string; url: string }[]
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
  if (entries.length === 0) return Buffer.from(head)
  const parts: Buffer[] = [Buffer.from(`${head.slice(0, -1)},"entry":[`)]
  entries.forEach((entry, at) => {
    if (at > 0) parts.push(COMMA)
    parts.push(entry)
  })
  parts.push(END)
  return Buffer.concat(parts)
}

const CLOSE = Buffer.from('}')
const COMMA = Buffer.from(',')
const END = Buffer.from(']}')
