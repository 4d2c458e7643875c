import { FhirError } from '../../resources/fhir-error.ts'
import { parseReference } from '../../resources/references.ts'
import type { TransactionEntry } from './entries.ts'

/** Where the fullUrls of a transaction's entries lead once their resources have their ids. */
export class Links {
  private readonly targets = new Map<string, string>()
  /** Whether any fullUrl is RESTful, so that a link may be another form of it. */
  private restful = false

  /** Throws `invalid` when two entries have one fullUrl (bdl-7). */
  constructor(entries: readonly TransactionEntry[]) {
    for (const { at, fullUrl, draft } of entries) {
      if (fullUrl === undefined) continue
      if (this.targets.has(fullUrl)) {
        throw FhirError.of('invalid', 'Another entry has the same fullUrl.', {
          expression: `Bundle.entry[${at}].fullUrl`,
        })
      }
      this.restful ||= fullUrl.startsWith('http')
      const target = draft?.targets[0]
      this.targets.set(fullUrl, target ? `${target.type}/${target.id}` : fullUrl)
    }
  }

  /** Whether no entry can be linked to. */
  get empty(): boolean {
    return this.targets.size === 0
  }

  /**
   * What a link stands for: the reference to put in its place, or undefined when it is none of this Bundle's or
   * changes nothing. `fullUrl` is that of the entry which holds the link: relative references are relative to it.
   */
  resolve(text: string, fullUrl: string | undefined): string | undefined {
    const direct = this.targets.get(text)
    if (direct !== undefined) return direct === text ? undefined : direct
    if (!this.restful) return undefined
    const reference = parseReference(text)
    if (reference.kind !== 'relative' && reference.kind !== 'absolute') return undefined
    const root = reference.kind === 'absolute' ? reference.root : rootOf(fullUrl)
    if (root === undefined) return undefined
    const relative = `${reference.type}/${reference.id}`
    const found = this.targets.get(root + relative)
    return found === undefined || (reference.kind === 'relative' && found === relative) ? undefined : found
  }
}

/** The root of a RESTful fullUrl (R4 bundle, "Resolving references in Bundles"). */
function rootOf(fullUrl: string | undefined): string | undefined {
  const parsed = fullUrl === undefined ? undefined : parseReference(fullUrl)
  return parsed?.kind === 'absolute' ? parsed.root : undefined
}
