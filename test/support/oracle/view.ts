import { FhirError } from '../../../resources/fhir-error.ts'
import type { IndexEntry } from '../../../resources/store/port.ts'
import type { Expression } from '../../../search/expression.ts'
import { type Facts, matches } from '../../../search/matches.ts'
import { parametersOf, type SearchParameter } from '../../../search/parameters.ts'
import { parseCriteria } from '../../../search/parse.ts'
import { type Restriction, restrictionOf } from '../../../search/searcher.ts'
import { BASE } from '../criteria.ts'
import { REGISTRY } from './registry.ts'
import type { Resource } from './world.ts'

/** A resource, and what searching knows of it. */
export interface Known extends Facts {
  type: string
  resource: Resource
}

/** What cannot be told without doing as the server does. */
export class NotJudged extends Error {}

/** What a server must refuse. */
export class Refused extends Error {}

/** A world as a caller sees it: what criteria mean is told by looking at its resources. */
export class View {
  private readonly all: ReadonlyMap<string, readonly Known[]>
  private readonly restriction: Restriction
  private readonly filled: (value: string) => string
  private readonly seen = new Map<string, Known[]>()

  constructor(all: ReadonlyMap<string, readonly Known[]>, restriction: Restriction, filled: (value: string) => string) {
    this.all = all
    this.restriction = restriction
    this.filled = filled
  }

  /** What the caller may see of a type. */
  of(type: string): readonly Known[] {
    let seen = this.seen.get(type)
    if (!seen) {
      const world = { type, resources: (other: string) => this.all.get(other) ?? [] }
      const narrowing = restrictionOf(this.restriction, type)
      seen = (this.all.get(type) ?? []).filter((known) => matches(narrowing, known, world))
      this.seen.set(type, seen)
    }
    return seen
  }

  /** Whether a resource meets a criterion that is no chain and needs no terminology. */
  ordinary({ type, ...facts }: Known, name: string, value: string): boolean {
    return matches(this.parsed(type, name, value), facts)
  }

  private parsed(type: string, name: string, value: string): Expression {
    try {
      return parseCriteria(type, [[name, this.filled(value)]], { baseUrl: BASE, parameters: REGISTRY }).expression
    } catch (error) {
      throw error instanceof FhirError && error.kind === 'invalid' ? new Refused(error.message) : error
    }
  }

  /** Those of some types that a resource refers to by a parameter. */
  referredBy({ entries }: Known, param: string, types: readonly string[]): Known[] {
    return types.flatMap((type) => this.of(type).filter((target) => entries.some(isTo(target, param))))
  }

  /** Those of a type that refer to a resource by a parameter. */
  referringTo(known: Known, source: string, param: string): Known[] {
    return this.of(source).filter(({ entries }) => entries.some(isTo(known, param)))
  }
}

/** Whether an entry is a reference to a resource, or a canonical that means it. */
function isTo({ type, id, resource }: Known, param: string): (entry: IndexEntry) => boolean {
  const { url, version } = resource as { url?: string; version?: string }
  return (entry) => {
    if (entry[0] === 'reference') return entry[1] === param && entry[2] === type && entry[3] === id
    if (entry[0] !== 'uri' || entry[1] !== `${param}:canonical` || url === undefined) return false
    return entry[2] === url || entry[2] === `${url}|${version}`
  }
}

export function parameterOf(type: string, code: string): SearchParameter | undefined {
  return parametersOf(type, REGISTRY).get(code)
}

/** The entries of a resource that a parameter has, or (`:text`) a modifier of it; of a union of parameters theirs. */
export function entriesOf({ type, entries }: Known, code: string, modifier = ''): Facts['entries'] {
  const codes = parameterOf(type, code)?.unionOf?.map((one) => one.code) ?? [code]
  return entries.filter(([, param]) => codes.some((one) => param === one + modifier))
}
