import { Pace } from '../../resources/pace.ts'
import { parseReference } from '../../resources/references.ts'
import { findListed } from '../../search/listing.ts'
import type { Search, Searcher } from '../../search/searcher.ts'

/** Ids by resource type. */
export type Referred = ReadonlyMap<string, ReadonlySet<string>>

/** Resources that are read at a time. */
const STRETCH = 500

/** Gathers what the resources of a listing refer to, of these types alone, on this server. */
export async function referredFrom(
  searches: readonly Search[],
  types: ReadonlySet<string>,
  searcher: Searcher,
  baseUrl: string,
): Promise<Referred> {
  const pace = new Pace()
  const gathered = new ReferenceScan(types, baseUrl)
  let after: string | undefined
  for (let more = true; more; ) {
    const page = await findListed(searches, searcher, STRETCH, after)
    for (const { text } of page.found) gathered.read(text)
    after = page.found.at(-1)?.position
    more = page.more
    if (pace.due) await pace.rest()
  }
  return gathered.targets
}

const QUOTE = 0x22

/** What a reference begins with in a text, and where in that its value begins. */
interface Mark {
  bytes: Buffer
  valueAt: number
}

/**
 * Finds references in stored texts without parsing them. A stored text has no white space between its tokens, and within
 * a string a quote is escaped: so what is looked for stands nowhere but where it is a member.
 */
export class ReferenceScan {
  readonly targets = new Map<string, Set<string>>()
  private readonly types: ReadonlySet<string>
  private readonly root: string
  private readonly marks: Mark[]
  private readonly seen = new Set<string>()

  constructor(types: ReadonlySet<string>, baseUrl: string) {
    this.types = types
    this.root = `${baseUrl}/`
    // Attachments whose content is kept here count too (R4 $everything: "including binaries and attachments").
    const attachments = types.has('Binary') ? ['"url":"', `"url":"${this.root}`].map((mark) => `${mark}Binary/`) : []
    this.marks = ['"reference":"', ...attachments].map((mark) => ({
      bytes: Buffer.from(mark),
      valueAt: mark.indexOf(':') + 2,
    }))
  }

  /** Takes what one text refers to. */
  read(text: Buffer): void {
    for (const { bytes, valueAt } of this.marks) {
      for (let at = text.indexOf(bytes); at >= 0; at = text.indexOf(bytes, at)) {
        const end = text.indexOf(QUOTE, at + bytes.length)
        this.take(text.toString('latin1', at + valueAt, end))
        at = end
      }
    }
  }

  private take(reference: string): void {
    if (this.seen.has(reference)) return
    this.seen.add(reference)
    const parsed = parseReference(reference)
    const isHere = parsed.kind === 'relative' || (parsed.kind === 'absolute' && parsed.root === this.root)
    if (!isHere || !this.types.has(parsed.type)) return
    const ids = this.targets.get(parsed.type)
    if (ids) ids.add(parsed.id)
    else this.targets.set(parsed.type, new Set([parsed.id]))
  }
}
