import t from 'tap'
import { FhirError } from '../../../resources/fhir-error.ts'
import type { Contained } from '../../../resources/terminology/compose/value-set.ts'
import { Terminology } from '../../../resources/terminology/terminology.ts'
import { CanonicalsOf, r4Resources } from '../../support/canonicals.ts'

const valueSets = r4Resources('ValueSet')
const terminology = new Terminology({
  canonicals: new CanonicalsOf([...valueSets, ...r4Resources('CodeSystem', 'ConceptMap')]),
})

/** Codes (`system|code`) of an expansion, nested ones behind that above them. */
function codesOf(contains: readonly Contained[] = []): string[] {
  return contains.flatMap((one) => [
    ...(one.code === undefined ? [] : [`${one.system}|${one.code}`]),
    ...codesOf(one.contains),
  ])
}

const expansionOf = (resource: Record<string, unknown>) =>
  resource.expansion as { total: number; contains?: Contained[] } | undefined

t.test('each value set of R4 expands, or says what is not held', async (t) => {
  const whyNot = new Map<string, number>()
  let expanded = 0
  let codes = 0
  for (const resource of valueSets) {
    const valueSet = { url: String(resource.url) }
    try {
      const { total, contains } = expansionOf(await terminology.expand({ valueSet })) ?? { total: -1 }
      const all = codesOf(contains)
      if (all.length !== total) t.fail(`${valueSet.url}: total ${total}, but ${all.length} codes`)
      const versions = JSON.stringify(contains ?? []).includes('"version"')
      if (!versions && new Set(all).size !== all.length) t.fail(`${valueSet.url} has a code twice`)
      expanded++
      codes += total
    } catch (error) {
      if (!(error instanceof FhirError)) throw error
      const text = error.issues[0]!.diagnostics
      whyNot.set(text, (whyNot.get(text) ?? 0) + 1)
    }
  }
  for (const text of whyNot.keys()) {
    if (!/is not held here$|cannot be listed: there is no end of them$/.test(text)) t.fail(text)
  }
  const others = [...whyNot.values()].reduce((sum, one) => sum + one, 0)
  t.comment(`${expanded} expanded to ${codes} codes; ${others} are of code systems that are not held`)
  t.equal(expanded + others, 1316)
  t.ok(expanded >= 1227)
})

t.test('has the codes of the expansions that R4 publishes', async (t) => {
  for (const url of ['http://hl7.org/fhir/ValueSet/yesnodontknow', 'http://hl7.org/fhir/ValueSet/example-expansion']) {
    const published = valueSets.find((one) => one.url === url)!
    const mine = await terminology.expand({ valueSet: { url } })
    t.same(codesOf(expansionOf(mine)!.contains).sort(), codesOf(expansionOf(published)!.contains).sort(), url)
  }
  const inactive = await terminology.expand({ valueSet: { url: 'http://hl7.org/fhir/ValueSet/inactive' } })
  const mine = codesOf(expansionOf(inactive)!.contains)
  const published = valueSets.find((one) => one.url === 'http://hl7.org/fhir/ValueSet/inactive')!
  for (const code of codesOf(expansionOf(published)!.contains)) t.ok(mine.includes(code), code)
})

t.test('an expansion is a tree where its code system is one', async (t) => {
  const url = 'http://terminology.hl7.org/ValueSet/v3-ActMood'
  const tree = await terminology.expand({ valueSet: { url } })
  const flat = await terminology.expand({ valueSet: { url }, excludeNested: true })
  const top = expansionOf(tree)!.contains!.find(({ code }) => code === '_ActMoodPredicate')
  t.match(top, {
    code: '_ActMoodPredicate',
    abstract: true,
    contains: [{ code: 'CRT' }, { code: 'EXPEC', contains: [{ code: 'GOL' }, { code: 'RSK' }] }],
  })
  t.notOk(expansionOf(flat)!.contains!.some(({ contains }) => contains))
  t.same(codesOf(expansionOf(flat)!.contains), codesOf(expansionOf(tree)!.contains))
})

t.test('all codes that a value set expands to are in it, and are found without waiting', async (t) => {
  const day = '2026-11-29'
  const sample = valueSets.filter((_, at) => at % 9 === 0)
  let asked = 0
  for (const { url } of sample) {
    const valueSet = String(url)
    const expanded = await terminology.expand({ valueSet: { url: valueSet } }).catch(() => undefined)
    for (const [at, one] of codesOf(expanded && expansionOf(expanded)?.contains).entries()) {
      if (at % 7 > 0) continue
      const bar = one.lastIndexOf('|')
      const coding = { system: one.slice(0, bar), code: one.slice(bar + 1) }
      const { result, message } = await terminology.verdict({ valueSet, codings: [coding] }, day)
      if (result !== 'in') t.fail(`${one} in ${valueSet}: ${result}, ${message}`)
      if (!terminology.verdictNow({ valueSet, codings: [coding] }, day)) t.fail(`${one} in ${valueSet}: not known now`)
      asked++
    }
  }
  t.ok(asked > 300, `${asked} codes`)
})
