import t from 'tap'
import { LAYERS } from '../../../resources/validation/layers.ts'
import type { Options } from '../../../resources/validation/place.ts'
import { Validator } from '../../../resources/validation/validator.ts'
import { R4_KNOWLEDGE } from '../../standard/r4-knowledge.ts'
import { seeded } from '../../support/random.ts'
import { type Example, examples } from './support/examples.ts'
import { LINKS } from './support/mutations/links.ts'
import { type Json, type Mutation, Subject } from './support/mutations/mutation.ts'
import { SENSES } from './support/mutations/senses.ts'
import { SHAPES } from './support/mutations/shapes.ts'
import { VALUES } from './support/mutations/values.ts'

const SEED = Number(process.env.SEED ?? 20_260_901)

/** How often each kind of mutation is tried with success, and on how many examples at the most. */
const TIMES = 8
const TRIES = 1000

const OPTIONS: Options = { profiles: [], strictExtensions: false, mustSupport: false }
const validator = new Validator(LAYERS)

async function errorsOf(resource: Json): Promise<string[]> {
  const issues = await validator.validate(resource, Buffer.from(JSON.stringify(resource)), R4_KNOWLEDGE, OPTIONS)
  return issues.filter(({ severity }) => severity === 'error').map(({ expression }) => expression?.[0] ?? '')
}

/** Examples without a fault, so that what is found is what was spoilt. */
async function right(): Promise<Right[]> {
  const found: Right[] = []
  const kinds = /^(?!(CodeSystem|ConceptMap|SearchParameter|StructureDefinition|Bundle|Composition|ValueSet-[^ae])-?)/
  for (const example of [...examples(kinds, 16_000), ...examples(/^(Bundle|Composition)/, 90_000)]) {
    // The only document has a unit that UCUM lacks.
    if (example.file === 'Bundle-father.json') {
      example.resource = JSON.parse(example.text.toString().replaceAll('"tbl"', '"{tbl}"')) as Json
    }
    if ((await errorsOf(example.resource)).length > 0) continue
    const types = new Set(new Subject(example.resource, () => 0).places.map(({ type }) => type))
    found.push({ ...example, types })
  }
  return found
}

interface Right extends Example {
  /** All types that it has something of. */
  types: ReadonlySet<string>
}

/** Whether an error is told where one is expected. The last of a list is not known beforehand. */
function isTold(errors: readonly string[], expected: readonly string[]): boolean {
  return expected.some((path) =>
    path.endsWith('$last') ? errors.some((error) => error.startsWith(`${path.slice(0, -5)}[`)) : errors.includes(path),
  )
}

interface Tally {
  tried: number
  found: number
  missed: string[]
}

async function tallyOf(mutation: Mutation, all: readonly Right[], random: () => number): Promise<Tally> {
  const tally: Tally = { tried: 0, found: 0, missed: [] }
  const list = mutation.needs === undefined ? all : all.filter(({ types }) => types.has(mutation.needs!))
  const first = Math.floor(random() * list.length)
  for (let at = 0; at < Math.min(TRIES, list.length) && tally.tried < TIMES; at++) {
    const { file, resource } = list[(first + at) % list.length]!
    const spoilt = structuredClone(resource)
    const expected = mutation(new Subject(spoilt, random))
    if (!expected) continue
    tally.tried++
    const errors = await errorsOf(JSON.parse(JSON.stringify(spoilt)) as Json)
    if (isTold(errors, expected)) tally.found++
    else tally.missed.push(`${file}: ${expected.join(' or ')}, not ${errors.slice(0, 3).join(', ') || 'nothing'}`)
  }
  return tally
}

t.test('what is spoilt is found where it is', async (t) => {
  const list = await right()
  const random = seeded(SEED)
  const mutations = Object.entries({ ...SHAPES, ...VALUES, ...LINKS, ...SENSES })
  let tried = 0
  let found = 0
  for (const [kind, mutation] of mutations) {
    const tally = await tallyOf(mutation, list, random)
    tried += tally.tried
    found += tally.found
    t.ok(tally.tried > 0, `${kind}: applies somewhere`)
    for (const miss of tally.missed) t.comment(`missed: ${kind}: ${miss}`)
  }
  t.comment(
    `${mutations.length} kinds, seed ${SEED}: ${found} of ${tried} found, on ${list.length} examples without a fault`,
  )
  t.ok(mutations.length >= 60)
  t.ok(found >= tried * 0.99, 'at least 99 of 100 are found with their expression')
})
