import { allOf, type Expression } from '../expression.ts'
import type { Restriction, Searcher } from '../searcher.ts'
import { notHeld, tooMuch } from './codes.ts'
import { type CodeSystem, Concepts } from './concepts.ts'
import type { ValueSet } from './expansion.ts'

/** Resources of terminology that one search may read, and the length of one. */
const MOST_READ = 50
const MOST_BYTES = 16 * 1024 * 1024

/** Versions of one canonical that are looked at. */
const MOST_VERSIONS = 20

/** The ValueSets and CodeSystems that the server holds, as far as the caller may see them; each is read once. */
export class Held {
  private readonly searcher: Searcher
  private readonly restriction: Restriction
  private readonly baseUrl: string
  private readonly concepts = new Map<string, Concepts>()
  private read = 0

  constructor(searcher: Searcher, restriction: Restriction, baseUrl: string) {
    this.searcher = searcher
    this.restriction = restriction
    this.baseUrl = baseUrl
  }

  /** A value set by its canonical, with a version or without, or by its address on this server. */
  async valueSet(reference: string): Promise<ValueSet | undefined> {
    const path = reference.startsWith(`${this.baseUrl}/`) ? reference.slice(this.baseUrl.length + 1) : reference
    const id = /^ValueSet\/([A-Za-z0-9.-]{1,64})$/.exec(path)?.[1]
    const byId = id === undefined ? undefined : await this.newest('ValueSet', { kind: 'id', ids: [id] })
    return (byId ?? (await this.newest('ValueSet', canonical(reference)))) as ValueSet | undefined
  }

  /** The concepts of a code system. Throws `invalid` where they are not held as a whole or as a curated part. */
  async conceptsOf(system: string): Promise<Concepts> {
    const known = this.concepts.get(system)
    if (known) return known
    const found = (await this.newest('CodeSystem', canonical(system))) as CodeSystem | undefined
    if (!found || (found.content !== 'complete' && found.content !== 'fragment')) {
      throw notHeld(`The code system ${system.slice(0, 200)}`)
    }
    const concepts = new Concepts(found)
    this.concepts.set(system, concepts)
    return concepts
  }

  private async newest(type: string, where: Expression): Promise<unknown> {
    if (++this.read > MOST_READ) throw tooMuch(`The search needs more than ${MOST_READ} value sets and code systems`)
    const { restriction } = this
    const { found } = await this.searcher.find({ type, where, restriction }, MOST_VERSIONS)
    const versions = await this.searcher.versions(found)
    const [newest] = versions.sort((one, other) => other.lastUpdated - one.lastUpdated)
    if (!newest) return undefined
    if (newest.text.length > MOST_BYTES) throw tooMuch(`${type}/${newest.id} is too large for a search`)
    return JSON.parse(newest.text.toString())
  }
}

function canonical(reference: string): Expression {
  const bar = reference.lastIndexOf('|')
  const url: Expression = { kind: 'uri', param: 'url', uris: [bar < 0 ? reference : reference.slice(0, bar)] }
  if (bar < 0) return url
  const version = { system: undefined, code: reference.slice(bar + 1) }
  return allOf([url, { kind: 'token', param: 'version', tests: [version] }])
}
