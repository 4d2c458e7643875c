import { parseReference } from '../../references.ts'

/** An entry as far as its rules need it. The structure of a Bundle is right before they are asked. */
export interface Entry {
  fullUrl?: string
  resource?: Readonly<Record<string, unknown>> & { resourceType: string; id?: string; meta?: { versionId?: string } }
  search?: { mode?: string }
  request?: { method?: string; url?: string }
}

/** A Bundle as far as its rules need it. */
export interface Bundle {
  type?: string
  link?: readonly { relation?: string; url?: string }[]
  entry?: readonly Entry[]
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Finds the entries of a Bundle that references within it lead to (R4 bundle.html#references). */
export class EntryIndex {
  private readonly entries: readonly Entry[]
  private readonly byFullUrl = new Map<string, number[]>()

  constructor({ entry = [] }: Bundle) {
    this.entries = entry
    for (const [at, { fullUrl }] of entry.entries()) {
      if (fullUrl === undefined) continue
      const same = this.byFullUrl.get(fullUrl)
      if (same) same.push(at)
      else this.byFullUrl.set(fullUrl, [at])
    }
  }

  /**
   * Places of the entries that a reference in an entry leads to: several where there are several versions and it names none.
   * A relative one counts from the root of the entry's own fullUrl, where that is a RESTful URL; else only a UUID as its id leads anywhere.
   */
  resolve(reference: string, from: number): readonly number[] {
    const [bare = ''] = reference.split('#', 1)
    if (bare === '') return [from]
    const parsed = parseReference(bare)
    if (parsed.kind !== 'relative' && parsed.kind !== 'absolute') return this.byFullUrl.get(bare) ?? []
    const root = parsed.kind === 'absolute' ? parsed.root : this.rootOf(from)
    if (root === undefined) return this.byUuid(parsed.id)
    const found = this.byFullUrl.get(`${root}${parsed.type}/${parsed.id}`) ?? []
    if (parsed.version === undefined) return found
    return found.filter((at) => this.entries[at]?.resource?.meta?.versionId === parsed.version)
  }

  /** Many name an entry of urn:uuid by that UUID as an id. */
  private byUuid(id: string): readonly number[] {
    return UUID.test(id) ? (this.byFullUrl.get(`urn:uuid:${id}`) ?? []) : []
  }

  private rootOf(at: number): string | undefined {
    const parsed = parseReference(this.entries[at]?.fullUrl ?? '')
    return parsed.kind === 'absolute' ? parsed.root : undefined
  }
}
