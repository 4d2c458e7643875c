import { type HiddenElements, redactedText } from '../../resources/redact.ts'
import { parseReference } from '../../resources/references.ts'

/** Ids by resource type. */
export type Referred = Map<string, Set<string>>

const QUOTE = 0x22
const REFERENCE = Buffer.from('"reference":"')
const BINARY = Buffer.from('Binary/')

/**
 * Finds references in stored texts without parsing them. A stored text has no white space between its tokens, and within
 * a string a quote is escaped: so what is looked for stands nowhere but where it is a member.
 */
export class ReferenceScan {
  readonly targets: Referred
  private readonly types: ReadonlySet<string>
  private readonly root: string
  private readonly attachments: Buffer[]
  private readonly seen = new Set<string>()

  private readonly hidden: HiddenElements

  /**
   * Looks for references to resources of these types on this server, and adds them to `targets`. What stands in `hidden`
   * elements is passed by.
   */
  constructor(types: ReadonlySet<string>, baseUrl: string, targets: Referred, hidden: HiddenElements = {}) {
    this.hidden = hidden
    this.types = types
    this.targets = targets
    this.root = `${baseUrl}/`
    this.attachments = ['"url":"', `"url":"${this.root}`].map((before) => Buffer.from(before))
  }

  /** Takes what one text refers to. */
  read(whole: Buffer): void {
    const text = redactedText(whole, this.hidden)
    for (let at = text.indexOf(REFERENCE); at >= 0; at = text.indexOf(REFERENCE, at)) {
      at = this.takeValue(text, at + REFERENCE.length)
    }
    // Attachments whose content is kept here count too (R4 $everything: "including binaries and attachments").
    for (let at = text.indexOf(BINARY); at >= 0; at = text.indexOf(BINARY, at + 1)) {
      if (this.attachments.some((before) => endsWith(text, at, before))) this.takeValue(text, at)
    }
  }

  /** Takes the reference that goes from `start` to the next quote, whose offset it returns. */
  private takeValue(text: Buffer, start: number): number {
    const end = text.indexOf(QUOTE, start)
    this.take(text.toString('latin1', start, end))
    return end
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

/** Whether `before` stands in a text right before an offset. */
function endsWith(text: Buffer, at: number, before: Buffer): boolean {
  return at >= before.length && before.equals(text.subarray(at - before.length, at))
}
