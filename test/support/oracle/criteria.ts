import fc from 'fast-check'
import { fold } from '../../../resources/fold.ts'
import { parametersOf } from '../../../search/parameters.ts'
import { BASE } from '../criteria.ts'
import { POOL, some } from './elements.ts'
import { codesOf, treeOf } from './expansions.ts'
import type { Criterion, Holds } from './meaning.ts'
import { places } from './places.ts'
import { plainOf } from './plain.ts'
import { officialName, REGISTRY } from './registry.ts'
import { escaped, type Seen } from './seen.ts'
import { ids } from './values.ts'
import { entriesOf, type Known, NotJudged, parameterOf, type View } from './view.ts'

const everyType = () => true
const several = <T>(one: fc.Arbitrary<T>, maxLength = 2) => fc.array(one, { minLength: 1, maxLength })

/** Some values, any of which will do; `most` at the most. */
export function near(most = 2): fc.Arbitrary<Criterion> {
  return several(places, most).map((all) => ({
    pair: ['near', all.map(({ text }) => text).join()],
    knows: (type) => type === 'Location',
    in: () => (known) => {
      const { position } = known.resource as { position?: { latitude: number; longitude: number } }
      if (!position) return false
      const each = all.map(({ isNear }) => isNear(position.latitude, position.longitude))
      if (each.includes(true)) return true
      if (each.includes(undefined)) throw new NotJudged('on the brink')
      return false
    },
  }))
}

/** Words that are in a text of the world, in any case, and now and then one that is in none. */
export function worded(seen: Seen, type: string, most = 2): fc.Arbitrary<Criterion> {
  return fc.constantFrom('_text' as const, '_content' as const).chain((param) => {
    const there = seen.of(type, param)
    const word = fc.oneof(
      { weight: 8, arbitrary: some(there.length > 0 ? there : ['ann']) },
      { weight: 1, arbitrary: some(['nobody', 'ÄNNE', 'class', 'Bo']) },
    )
    const written = fc.tuple(word, fc.boolean()).map(([one, loud]) => (loud ? one.toUpperCase() : one))
    return several(several(written, 3), most).map((any): Criterion => {
      const wanted = any.map((words) => words.map(fold))
      return {
        pair: [param, any.map((words) => words.join(' ')).join()],
        knows: everyType,
        in: () => (known) => {
          const words = wordsIn(known, param)
          return wanted.some((all) => all.every((one) => words.includes(one)))
        },
      }
    })
  })
}

/** Of the narrative, read here; of other texts as they were indexed: what counts as one is up to the server. */
function wordsIn({ resource, entries }: Known, param: '_text' | '_content'): string[] {
  if (param === '_content') {
    return entries.flatMap((entry) => (entry[0] === 'words' && entry[1] === param ? entry[2].split(' ') : []))
  }
  const { div = '' } = (resource.text ?? {}) as { div?: string }
  const text = div.replace('&#969;', 'ω').replace('&amp;', ' ').replace(/<.*?>/g, ' ')
  return fold(text).split(/[^\p{L}\p{N}]+/u)
}

/** The caller sees the Lists, too. */
export function listed(seen: Seen, type: string, most = 2): fc.Arbitrary<Criterion> {
  const there = seen.of(type, '_list')
  const one = fc.oneof({ weight: 6, arbitrary: some(there.length > 0 ? there : ['1']) }, { weight: 1, arbitrary: ids })
  return several(one, most).map((wanted) => ({
    pair: ['_list', wanted.join()],
    knows: everyType,
    in: (view) => (known) => {
      const names = [`${known.type}/${known.id}`, `${BASE}/${known.type}/${known.id}`]
      const lists = view.of('List').filter(({ id }) => wanted.includes(id))
      return lists.some(({ resource }) => {
        const { entry = [] } = resource as { entry?: { item?: { reference?: string } }[] }
        return entry.some(({ item }) => names.includes(item?.reference ?? ''))
      })
    },
  }))
}

/** Codes by value sets and hierarchies that the server holds. */
export function coded(seen: Seen, type: string, most = 2): fc.Arbitrary<Criterion> {
  const all = [...parametersOf(type, REGISTRY).values()].filter((parameter) => parameter.type === 'token')
  const there = all.filter(({ code, unionOf = [] }) => [code, ...unionOf.map((one) => one.code)].some(hasCodes))
  function hasCodes(code: string) {
    return seen.of(type, code).some((text) => /^http:\/\/[xy]\|/.test(text))
  }
  return fc
    .tuple(
      fc.constantFrom(...(there.length > 0 ? there : all)),
      fc.constantFrom('in', 'in', 'not-in', 'below', 'above'),
    )
    .chain(([{ code }, modifier]) => {
      const sets = modifier === 'below' || modifier === 'above' ? trees(modifier) : valueSets(seen)
      return several(sets, most).map(
        (wanted): Criterion => ({
          pair: [`${code}:${modifier}`, wanted.map(({ text }) => text).join()],
          knows: (other) => parameterOf(other, code)?.type === 'token',
          in: (view) => {
            const codes = wanted.map((one) => one.codes(view))
            const isOne: Holds = (known) =>
              entriesOf(known, code).some((entry) => codes.some((set) => set.has(`${entry[2]}|${entry[3]}`)))
            return modifier === 'not-in' ? (known) => !isOne(known) : isOne
          },
        }),
      )
    })
}

/** Some tokens in all forms that they have, `|code` of no system among them, with `:not` or without. */
export function tokens(seen: Seen, type: string): fc.Arbitrary<Criterion> | undefined {
  const there = seen.params(type).filter((code) => parameterOf(type, code)?.type === 'token')
  if (there.length === 0) return undefined
  const system = fc.constantFrom(undefined, '', '', 'http://x', 'http://y')
  const one = fc.tuple(system, fc.constantFrom(...POOL.codes, 'male', 'final'), fc.nat(7))
  return fc
    .tuple(fc.constantFrom(...there), fc.boolean(), fc.array(one, { minLength: 1, maxLength: 3 }))
    .map(([param, not, wanted]) => {
      const tests = wanted.map(([of, code, whole]) => ({ of, code: of && whole === 0 ? undefined : code }))
      const texts = tests.map(({ of, code = '' }) => (of === undefined ? '' : `${of}|`) + escaped(code))
      const isOne: Holds = (known) =>
        entriesOf(known, param).some((entry) =>
          tests.some(({ of, code }) => (of ?? entry[2]) === entry[2] && (code ?? entry[3]) === entry[3]),
        )
      return {
        pair: [`${param}${not ? ':not' : ''}`, texts.join()],
        knows: (other) => parameterOf(other, param)?.type === 'token',
        in: () => (not ? (known) => !isOne(known) : isOne),
      }
    })
}

interface CodeSet {
  text: string
  codes(view: View): ReadonlySet<string>
}

function trees(side: 'below' | 'above'): fc.Arbitrary<CodeSet> {
  return fc.tuple(some(['http://x', 'http://y']), some(POOL.codes)).map(([system, code]) => ({
    text: `${system}|${escaped(code)}`,
    codes: (view) => treeOf(view, side, system, code),
  }))
}

function valueSets(seen: Seen): fc.Arbitrary<CodeSet> {
  const ids = seen.of('ValueSet', '_id')
  const addresses = ids.flatMap((id) => [`ValueSet/${id}`, `ValueSet/${id}`, `${BASE}/ValueSet/${id}`])
  const urls = seen.of('ValueSet', 'url').filter((url) => !url.includes('|'))
  const others = ['http://hl7.org/fhir/ValueSet/administrative-gender', 'ValueSet/none', 'http://x/a|b']
  return fc
    .oneof(
      { weight: 8, arbitrary: fc.constantFrom(...(addresses.length > 0 ? addresses : others)) },
      { weight: 3, arbitrary: fc.constantFrom(...(urls.length > 0 ? urls : others)) },
      { weight: 1, arbitrary: fc.constantFrom(...others) },
    )
    .map((reference) => ({ text: reference, codes: (view) => codesOf(view, reference) }))
}

/** Parameters that are asked by way of others; these are the ones that have entries. */
function unionsOf(type: string): string[] {
  return [...parametersOf(type, REGISTRY).values()].filter(({ unionOf }) => unionOf).map(({ code }) => code)
}

/** `:missing`, by the entries that there are: those of a concept's texts among them. */
export function missing(seen: Seen, type: string): fc.Arbitrary<Criterion> {
  const there = [...seen.params(type).filter((code) => parameterOf(type, code)), ...unionsOf(type)]
  const codes = fc.constantFrom(...(there.length > 0 ? there : ['_tag']))
  return fc.tuple(codes, fc.boolean()).map(([code, is]) => ({
    pair: [`${code}:missing`, String(is)],
    knows: (other) => parameterOf(other, code) !== undefined,
    in: () => (known) => {
      const isToken = parameterOf(known.type, code)!.type === 'token'
      const entries = [...entriesOf(known, code), ...(isToken ? entriesOf(known, code, ':text') : [])]
      return (entries.length === 0) === is
    },
  }))
}

/** A stored parameter that does what one of R4's does. */
export function twin(seen: Seen, type: string): fc.Arbitrary<Criterion> | undefined {
  const own = [...parametersOf(type, REGISTRY).values()].filter(({ code }) => officialName(type, code) !== undefined)
  if (own.length === 0) return undefined
  return plainOf(seen, type, fc.constantFrom(...own)).map(([name, value]) => ({
    pair: [name, value],
    knows: (other) => officialName(other, name) !== undefined,
    in: (view) => (known) => view.ordinary(known, officialName(type, name)!, value),
  }))
}

type Coding = { system?: string; code?: string; display?: string }
type Concept = { coding?: Coding[]; text?: string }
type Identifier = { system?: string; value: string; type?: Concept }

const identifiersOf = ({ resource }: Known) => (resource.identifier ?? []) as Identifier[]
const subjectOf = ({ resource }: Known) => (resource.subject ?? {}) as { identifier?: Identifier }

/** What each element must be for a value of a modifier, which `Seen` has as it is written. */
const ELEMENTS: Record<string, (known: Known, wanted: readonly string[]) => boolean> = {
  'identifier:of-type': (known, [system, code, value]) =>
    identifiersOf(known).some((one) =>
      one.type?.coding?.some((type) => (type.system ?? '') === system && type.code === code && one.value === value),
    ),
  'subject:identifier': (known, [first, second]) => {
    const { identifier } = subjectOf(known)
    if (!identifier) return false
    return second === undefined
      ? identifier.value === first
      : (identifier.system ?? '') === first && identifier.value === second
  },
  'code:text': ({ resource }, [text = '']) => {
    const { coding = [], text: own } = (resource.code ?? {}) as Concept
    return [own, ...coding.map(({ display }) => display)].some(
      (one) => one !== undefined && fold(one).startsWith(fold(text)),
    )
  },
}

/** Parts of a value as it is written, without what escapes them. */
function partsOf(text: string): string[] {
  return text.split(/(?<!\\)\|/).map((part) => part.replace(/\\(.)/g, '$1'))
}

/** `:of-type`, `:identifier` and `:text`, by the elements that they look at. */
export function ofElements(seen: Seen, type: string): fc.Arbitrary<Criterion> | undefined {
  const there = Object.entries(ELEMENTS)
    .map(([name, meets]) => ({ name, meets, texts: seen.of(type, name).filter((text) => isWhole(name, text)) }))
    .filter(({ texts }) => texts.length > 0)
  if (there.length === 0) return undefined
  const asked = fc.constantFrom(...there).chain((one) => fc.tuple(fc.constant(one), fc.constantFrom(...one.texts)))
  return asked.map(([{ name, meets }, text]) => ({
    pair: [name, text],
    knows: (other) => parameterOf(other, name.split(':')[0]!) !== undefined,
    in: () => (known) => meets(known, partsOf(text)),
  }))
}

/** Without all of its parts a value with `:of-type` is refused. */
function isWhole(name: string, text: string): boolean {
  return text !== '' && (name !== 'identifier:of-type' || !partsOf(text).includes(''))
}
