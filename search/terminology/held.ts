import type { Canonical, Canonicals, Listed } from '../../resources/conformance/canonicals.ts'
import { r4Canonicals } from '../../resources/conformance/r4.ts'
import { chosenVersion } from '../../resources/conformance/versions.ts'
import type { Contained, ValueSetLike } from '../../resources/terminology/compose/value-set.ts'
import type { SourceOpener } from '../../resources/terminology/concept-source.ts'
import { allOf, type Expression } from '../expression.ts'
import type { Restriction, Searcher } from '../searcher.ts'
import { notHeld, tooMuch } from './codes.ts'

/** Resources of terminology that one search may read, and the length of one. */
const MOST_READ = 50
const MOST_BYTES = 16 * 1024 * 1024

/** Versions of one canonical that are looked at. */
const MOST_VERSIONS = 20

/** What is known besides the resources of the store. */
export interface KnownTerminology {
  /** Definitions of packages and of R4; R4's alone where it is absent. */
  definitions?: Canonicals
  /** Large code systems. */
  concepts?: SourceOpener
}

/** Where a search finds terminology: in which store, for whom, and under which base URL. */
export interface TerminologyPlace {
  searcher: Searcher
  restriction: Restriction
  baseUrl: string
  knowledge?: KnownTerminology | undefined
}

/**
 * Definitions for one search: the resources that the server holds, as far as the caller may see them, before those of
 * packages and of R4; under R4's own canonicals R4's, as for whoever validates (`resources/conformance/unrivalled.ts`).
 */
export class Held implements Canonicals {
  private readonly place: TerminologyPlace
  private read = 0

  constructor(place: TerminologyPlace) {
    this.place = place
  }

  /** A value set also by its address on this server, absolute or not. Throws `invalid` for one of which only a page is held. */
  async find(type: string, url: string, version?: string): Promise<Canonical | undefined> {
    const { definitions = r4Canonicals } = this.place.knowledge ?? {}
    const found = (await this.atAddress(type, url)) ?? (await this.stored(type, url, version))
    if (found && isPage(found)) throw notHeld(`All of the value set ${url.slice(0, 200)}`)
    return found ?? definitions.find(type, url, version)
  }

  private async atAddress(type: string, reference: string): Promise<Canonical | undefined> {
    const { baseUrl } = this.place
    const path = reference.startsWith(`${baseUrl}/`) ? reference.slice(baseUrl.length + 1) : reference
    const [of, id = ''] = path.split('/', 2)
    if (of !== type || path !== `${type}/${id}` || !/^[A-Za-z0-9.-]{1,64}$/.test(id)) return undefined
    return (await this.readAll(type, { kind: 'id', ids: [id] }))[0]
  }

  /** None: supplements of code systems, which would be looked for here, add no codes. */
  async list(): Promise<readonly Listed[]> {
    return []
  }

  async stamp(): Promise<string> {
    return 'one search'
  }

  private async stored(type: string, url: string, version: string | undefined): Promise<Canonical | undefined> {
    if (r4Canonicals.findNow(type, url, version)) return undefined
    const byUrl: Expression = { kind: 'uri', param: 'url', uris: [url] }
    if (version === undefined) return chosenVersion(await this.readAll(type, byUrl))
    const test = { system: undefined, code: version }
    const exact = await this.readAll(type, allOf([byUrl, { kind: 'token', param: 'version', tests: [test] }]))
    return chosenVersion(exact.length > 0 ? exact : await this.readAll(type, byUrl), version)
  }

  /** In the order of their last updates. */
  private async readAll(type: string, where: Expression): Promise<Canonical[]> {
    if (++this.read > MOST_READ) throw tooMuch(`The search needs more than ${MOST_READ} value sets and code systems`)
    const { searcher, restriction } = this.place
    const { found } = await searcher.find({ type, where, restriction }, MOST_VERSIONS)
    const versions = await searcher.versions(found)
    return versions
      .sort((one, other) => one.lastUpdated - other.lastUpdated)
      .map(({ id, version, text }): Canonical => {
        if (text.length > MOST_BYTES) throw tooMuch(`${type}/${id} is too large for a search`)
        const resource = JSON.parse(text.toString())
        const key = `stored ${type}/${id}/${version}`
        return { resource, url: resource.url ?? '', version: resource.version, source: 'stored', key }
      })
  }
}

/** Whether a value set tells a part of its codes alone. */
function isPage({ resource }: Canonical): boolean {
  const { compose, expansion } = resource as ValueSetLike
  if (compose?.include?.length || expansion?.total === undefined) return false
  return (expansion.offset ?? 0) > 0 || expansion.total > countOf(expansion.contains ?? [])
}

function countOf(contains: readonly Contained[]): number {
  const all = [...contains]
  for (const one of all) all.push(...(one.contains ?? []))
  return all.length
}
