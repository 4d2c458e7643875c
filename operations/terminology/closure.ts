import { FhirError } from '../../resources/fhir-error.ts'
import type { ClosurePair } from '../../resources/terminology/answers.ts'
import { defineComputation } from '../computation.ts'
import type { ClosureTable } from './closure-tables.ts'
import { askedCoding, defined } from './codings.ts'

/** Concepts of a table, and concepts of one call: each is compared with all of the table. */
const MOST_CONCEPTS = 2_000
const MOST_ADDED = 200

/** Pairs of a table, and characters of all that it has: what is kept of it goes into one record of the store. */
const MOST_PAIRS = 20_000
const MOST_TEXT = 4_000_000

const EMPTY: ClosureTable = { version: 0, concepts: [], pairs: [] }

/**
 * R4 ConceptMap/$closure: keeps a table of codes under a name, and tells which is below which, as far as that is new. A name alone
 * begins a table anew; a version tells all that came after it.
 */
export const closure = defineComputation({
  code: 'closure',
  definition: 'http://hl7.org/fhir/OperationDefinition/ConceptMap-closure',
  levels: ['system'],
  resourceTypes: [],
  affectsState: true,
  needs: { system: { anyOf: ['r', 's'], of: 'ConceptMap' } },
  input: {
    name: { type: 'string', max: '1', min: 1, doc: 'name of the table' },
    concept: { type: 'Coding', max: '*', doc: 'codes that are put in' },
    version: { type: 'string', max: '1', doc: 'of the table: all that came after it is told again' },
  },
  async run({ terminology, closures }, { name, concept, version }) {
    if (!/^[\w.:/-]{1,128}$/.test(name))
      throw FhirError.of('invalid', 'name takes 128 letters, digits and -_.:/ at the most.')
    const held = await closures.find(name)
    if (concept.length === 0 && version === undefined) {
      await closures.keep(name, EMPTY, held?.revision)
      return { resource: mapOf(name, EMPTY, []) }
    }
    if (!held) throw FhirError.of('not-found', 'There is no such table: the name alone begins one.')
    const { table, revision } = held
    if (version !== undefined) {
      if (concept.length > 0) throw FhirError.of('invalid', 'This operation takes concept or version, not both.')
      return { resource: mapOf(name, table, since(table, version)) }
    }
    // How a code is called is no matter of the table.
    const added = concept.map(({ system, version, code }) => askedCoding(defined({ system, version, code })))
    if (added.length > MOST_ADDED || table.concepts.length + added.length > MOST_CONCEPTS) {
      const words = `A table has ${MOST_CONCEPTS} codes at the most, and takes ${MOST_ADDED} at a time.`
      throw FhirError.of('invalid', words, { code: 'too-costly' })
    }
    const pairs = await terminology.closure(table.concepts, added)
    const now: ClosureTable = {
      version: table.version + 1,
      concepts: [...table.concepts, ...added.filter((one) => !table.concepts.some((other) => isSame(one, other)))],
      pairs: [...table.pairs, ...pairs.map((pair) => ({ ...pair, since: table.version + 1 }))],
    }
    if (now.pairs.length > MOST_PAIRS || JSON.stringify(now).length > MOST_TEXT) {
      throw FhirError.of('invalid', `A table has ${MOST_PAIRS} pairs at the most.`, { code: 'too-costly' })
    }
    await closures.keep(name, now, revision)
    return { resource: mapOf(name, now, pairs) }
  },
})

function isSame(one: { system?: string; code?: string }, other: { system?: string; code?: string }): boolean {
  return one.system === other.system && one.code === other.code
}

function since({ version, pairs }: ClosureTable, asked: string): readonly ClosurePair[] {
  if (/^\d{1,9}$/.test(asked) && Number(asked) <= version) return pairs.filter((pair) => pair.since > Number(asked))
  throw FhirError.of('invalid', 'The table has no such version.', { code: 'value' })
}

/** What is below what as a ConceptMap: each source is subsumed by its targets. */
function mapOf(name: string, { version }: ClosureTable, pairs: readonly ClosurePair[]): object {
  const groups = [...Map.groupBy(pairs, (pair) => JSON.stringify([pair.system, pair.version])).values()]
  return {
    resourceType: 'ConceptMap',
    name,
    version: String(version),
    status: 'active',
    experimental: true,
    date: new Date().toISOString(),
    ...(groups.length > 0 ? { group: groups.map(groupOf) } : {}),
  }
}

function groupOf(pairs: readonly ClosurePair[]): object {
  const { system, version } = pairs[0]!
  const bySource = Map.groupBy(pairs, ({ source }) => source)
  return {
    source: system,
    target: system,
    ...defined({ sourceVersion: version, targetVersion: version }),
    element: [...bySource].map(([code, own]) => ({
      code,
      target: own.map(({ target }) => ({ code: target, equivalence: 'subsumes' })),
    })),
  }
}
