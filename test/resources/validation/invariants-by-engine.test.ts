import t from 'tap'
import { invariantsOf, membersOf, typeNames } from '../../../resources/definitions/definitions.ts'
import type { InvariantTable } from '../../../resources/definitions/shapes.ts'
import { compileAt } from '../../../resources/path/engine.ts'
import { correctedExpression } from '../../../resources/validation/invariants/corrections.ts'
import { Evaluation } from '../../../resources/validation/invariants/fhirpath/item.ts'
import { ForEngine, Unanswered } from '../../../resources/validation/invariants/fhirpath/syntax.ts'
import { compiledOrNot } from '../../../resources/validation/invariants/invariant.ts'
import type { Place, Run } from '../../../resources/validation/place.ts'
import { rootResourceOf } from '../../../resources/validation/surroundings.ts'
import { bodyPlace, placesOf } from '../../../resources/validation/walk.ts'
import { seeded } from '../../support/random.ts'
import { eachPlace, examples } from './support/examples.ts'
import { generate } from './support/generate.ts'

// The engine reads dates that tell no zone in that of the process.
process.env.TZ = 'UTC'

const SEED = 20_260_901
const EXAMPLES_OF_TYPE = 8
const GENERATED = 16

/** What the engine cannot evaluate, and why: all else has to be the same. */
const ONLY_OWN: Readonly<Record<string, string>> = {
  'ctm-1': 'resolve() is only there where it may wait',
  'eld-16': 'escapes in the pattern that are none in the mode that the engine uses',
  'eld-19': 'the same',
  'eld-20': 'the same',
  'txt-1': 'narrative is checked elsewhere',
  'txt-2': 'the same',
}

/** Where the engine stumbles over what plain functions need not ask, as the other half of `or` decides. */
const DECIDED: ReadonlySet<string> = new Set(['tim-9'])

const known = { structure: () => null, verdict: () => undefined, target: () => null }

function runOf(place: Place): Run {
  return {
    body: place,
    known,
    options: { profiles: [], strictExtensions: false, mustSupport: false },
    report: () => {},
  }
}

const compiled = new Map<string, ReturnType<typeof compiledOrNot>>()
const engines = new Map<string, ReturnType<typeof compileAt>>()

/** What plain functions give: values as JSON, `threw`, or undefined where the engine has to. */
function own(place: Place, expression: string): string | undefined {
  if (!compiled.has(expression)) compiled.set(expression, compiledOrNot(expression))
  const functions = compiled.get(expression)
  if (!functions) return undefined
  try {
    const items = functions.items([place], new Evaluation(place, runOf(place)))
    return JSON.stringify(items.map(({ value }) => value))
  } catch (error) {
    if (error instanceof ForEngine) return undefined
    if (error instanceof Unanswered) return 'threw'
    throw error
  }
}

function byEngine(place: Place, expression: string): string {
  const key = `${place.type} ${expression}`
  try {
    let engine = engines.get(key)
    if (!engine) {
      engine = compileAt(place.type, expression)
      engines.set(key, engine)
    }
    const around = { resource: place.resource.value, rootResource: rootResourceOf(place).value }
    return JSON.stringify(engine(place.value, around))
  } catch {
    return 'threw'
  }
}

/** Places to try an invariant of a type on: of examples, and made up with the words of the expression. */
function placesFor(type: string, { member, expression }: InvariantTable, places: readonly Place[]): Place[] {
  const random = seeded(SEED)
  const words = [...expression.matchAll(/'([^']+)'/g)].map(([, word]) => word!)
  const tried = [...places]
  for (let at = 0; at < GENERATED; at++) {
    const value = generate(type, words, random) as Record<string, unknown>
    const body = bodyPlace(value.resourceType === undefined ? { resourceType: 'Basic' } : value)
    tried.push(
      value.resourceType === undefined ? { ...body, parent: body, resource: body, name: 'x', type, value } : body,
    )
  }
  if (member === undefined) return tried
  // The engine cannot evaluate about a number.
  const isFit = ({ value }: Place) => value !== undefined && typeof value !== 'number'
  return tried.flatMap((place) => {
    const object = place.value as Record<string, unknown>
    const names = [...membersOf(type)].filter(([name, of]) => of.name === member && object[name] !== undefined)
    return names.flatMap(([name, of]) => placesOf(place, name, of)).filter(isFit)
  })
}

const byType = new Map<string, Place[]>()
for (const { resource } of examples(/^(?!CodeSystem|ConceptMap|ValueSet-[^c]|SearchParameter-[^a])/, 30_000)) {
  eachPlace(resource, (place) => {
    const places = byType.get(place.type) ?? []
    if (places.length < EXAMPLES_OF_TYPE) places.push(place)
    byType.set(place.type, places)
  })
}

t.test("each of R4's invariants gives what the FHIRPath engine gives", async (t) => {
  const counts = { invariants: 0, compared: 0, true: 0, false: 0, nothing: 0, threw: 0, left: 0 }
  for (const type of typeNames()) {
    for (const table of invariantsOf(type)) {
      counts.invariants++
      const expressions = new Set([table.expression, correctedExpression(table)])
      for (const place of placesFor(type, table, byType.get(type) ?? [])) {
        for (const expression of expressions) compare(place, table.key, expression)
      }
    }
  }
  function compare(place: Place, key: string, expression: string): void {
    const mine = own(place, expression)
    if (mine === undefined) counts.left++
    else if (!Object.hasOwn(ONLY_OWN, key)) {
      counts.compared++
      counts[mine === '[true]' ? 'true' : mine === '[false]' ? 'false' : mine === 'threw' ? 'threw' : 'nothing']++
      const theirs = byEngine(place, expression)
      if (theirs === 'threw' && DECIDED.has(key)) return
      if (mine !== theirs) t.equal(mine, theirs, `${key} ${expression} on ${JSON.stringify(place.value).slice(0, 600)}`)
    }
  }
  t.comment(JSON.stringify(counts))
  t.ok(counts.invariants > 220 && counts.true > 1000 && counts.false > 500 && counts.nothing > 50, 'each answer is met')
  t.ok(counts.left < counts.compared / 50, 'few are left to the engine')
})

t.test("all of R4's invariants are compiled", async (t) => {
  const left = typeNames().flatMap((type) =>
    invariantsOf(type).filter((table) => !compiledOrNot(correctedExpression(table))),
  )
  t.strictSame(
    left.map(({ key }) => key),
    [],
  )
})
