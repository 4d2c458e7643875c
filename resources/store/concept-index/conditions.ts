import { beginningOf } from '../../beginning.ts'
import { FhirError } from '../../fhir-error.ts'
import { Pace } from '../../pace.ts'
import type { Concept } from '../../terminology/concept.ts'
import type { Condition } from '../../terminology/concept-source.ts'
import type { Below } from './below.ts'
import { Ordinals } from './ordinals.ts'
import { Pattern } from './pattern.ts'
import { FIELD, propertyField } from './postings.ts'
import type { IndexReader } from './reader.ts'
import { isExactKey, valueKey } from './shelf.ts'
import { wordsOf } from './words.ts'

type PatternCondition = Extract<Condition, { op: 'regex' }>

/** Properties that every concept has: they are told by flags, whatever is among its properties. */
const FLAGS: Readonly<Record<string, string>> = { inactive: 'inactive', notSelectable: 'abstract' }

/** Carries out conditions as sets of records. */
export class Conditions {
  private readonly reader: IndexReader
  private readonly below: Below

  constructor(reader: IndexReader, below: Below) {
    this.reader = reader
    this.below = below
  }

  /** Records that meet all on a day, or at any time without one; a set of its own. Throws `invalid` for what cannot be carried out. */
  async all(conditions: readonly Condition[], day: string | undefined): Promise<Ordinals> {
    const set = Ordinals.all(this.reader.size)
    const pace = new Pace()
    for (const condition of conditions) {
      if (pace.due) await pace.rest()
      set.and(await this.one(condition, day))
    }
    return set
  }

  private one(condition: Condition, day: string | undefined): Promise<Ordinals> | Ordinals {
    switch (condition.op) {
      case '=':
        return this.values(condition.property, [condition.value])
      case 'in':
        return this.values(condition.property, condition.values)
      case 'not-in':
        return this.values(condition.property, condition.values).then((set) => this.rest(set))
      case 'regex':
        return this.reader.keep(`regex ${condition.property}\t${condition.pattern}`, () => this.pattern(condition))
      case 'exists':
        return this.has(condition.property).then((set) => (condition.exists ? set : this.rest(set)))
      case 'codes':
        return this.codes(condition.codes)
      case 'none-of':
        return this.noneOf(condition.each, day)
      default:
        return this.placed(condition, day)
    }
  }

  private async noneOf(each: readonly (readonly Condition[])[], day: string | undefined): Promise<Ordinals> {
    const set = Ordinals.all(this.reader.size)
    const pace = new Pace()
    for (const conditions of each) {
      if (pace.due) await pace.rest()
      set.minus(await this.all(conditions, day))
    }
    return set
  }

  /** Conditions on the place in the hierarchy. */
  private async placed({ op, code }: Extract<Condition, { code: string }>, day: string | undefined): Promise<Ordinals> {
    switch (op) {
      case 'is-a':
        return this.below.tree(code, day)
      case 'is-not-a':
        return this.rest(await this.below.tree(code, day))
      case 'descendent-of':
        return (await this.below.tree(code, day)).copy().minus(await this.codes([code]))
      case 'child-of':
        return this.children([code])
      case 'generalizes':
        return this.codes([code, ...(await this.below.above(code, day))])
    }
  }

  private rest(set: Ordinals): Ordinals {
    return Ordinals.all(this.reader.size).minus(set)
  }

  private async codes(codes: readonly string[]): Promise<Ordinals> {
    const nodes = await this.reader.nodes(codes)
    return Ordinals.of(
      this.reader.size,
      nodes.flatMap((node) => node?.records ?? []),
    )
  }

  private async children(codes: readonly string[]): Promise<Ordinals> {
    const nodes = await this.reader.nodes(codes)
    return Ordinals.of(
      this.reader.size,
      nodes.flatMap((node) => node?.children ?? []),
    )
  }

  /** Records with one of some values of a property. */
  private async values(property: string, values: readonly string[]): Promise<Ordinals> {
    if (property === 'code' || property === 'concept') return this.codes(values)
    if (property === 'display') return this.displays(values)
    if (property === 'definition')
      return this.looked((one) => values.includes(one.definition ?? ''), await this.has(property))
    const set = new Ordinals(this.reader.size)
    for (const value of new Set(values)) set.or(await this.value(property, value))
    if (property === 'parent') set.or(await this.children(values))
    if (property === 'child') set.or(await this.parents(values))
    return set
  }

  private async value(property: string, value: string): Promise<Ordinals> {
    const flag = FLAGS[property]
    if (flag !== undefined) return this.flagged(flag, value)
    const set = await this.reader.posting(propertyField(property), valueKey(value))
    if (isExactKey(value)) return set
    return this.looked((one) => valuesOf(one, property).includes(value), set)
  }

  private async flagged(flag: string, value: string): Promise<Ordinals> {
    if (value !== 'true' && value !== 'false') return new Ordinals(this.reader.size)
    const set = await this.reader.posting(FIELD.flag, flag)
    return value === 'true' ? set : this.rest(set)
  }

  /** Records of the codes that records of some codes name as parents. */
  private async parents(codes: readonly string[]): Promise<Ordinals> {
    const nodes = await this.reader.nodes(codes)
    const records = await this.reader.records(nodes.flatMap((node) => node?.records ?? []))
    return this.codes(records.flatMap(({ parents = [] }) => parents))
  }

  private async displays(values: readonly string[]): Promise<Ordinals> {
    const found = new Ordinals(this.reader.size)
    for (const value of values) {
      const set = Ordinals.all(this.reader.size)
      for (const word of new Set(wordsOf(value))) set.and(await this.reader.posting(FIELD.word, word))
      found.or(await this.looked(({ display }) => display === value, set))
    }
    return found
  }

  private async has(property: string): Promise<Ordinals> {
    const always = property === 'code' || property === 'concept' || property in FLAGS
    if (always) return Ordinals.all(this.reader.size)
    return this.reader.posting(FIELD.has, valueKey(property))
  }

  private async pattern({ property, pattern }: PatternCondition): Promise<Ordinals> {
    const expression = new Pattern(pattern)
    if (property === 'code' || property === 'concept') return this.codesMatching(expression)
    if (property in FLAGS) return this.flagsMatching(property, expression)
    if (property === 'child') throw notSupported('regex of the property child')
    if (property === 'display' || property === 'definition' || property === 'parent') {
      const textsOf = (one: Concept) => (property === 'parent' ? (one.parents ?? []) : [one[property] ?? ''])
      return this.lookedByPattern(expression, textsOf, await this.has(property))
    }
    return this.propertyMatching(property, expression)
  }

  private async flagsMatching(property: string, expression: Pattern): Promise<Ordinals> {
    return this.values(
      property,
      expression.matching(['true', 'false'], (value) => value),
    )
  }

  private async codesMatching(expression: Pattern): Promise<Ordinals> {
    const { reader } = this
    const set = new Ordinals(reader.size)
    const pace = new Pace()
    for await (const nodes of reader.nodesBeginning(expression.beginning)) {
      // Where case is no matter, a pattern may be written in that of the codes, which the nodes do not have.
      const records = reader.head.edition.caseSensitive ? nodes : await this.codesAsWritten(nodes)
      for (const node of expression.matching(records, ({ code }) => code)) {
        for (const ordinal of node.records) set.add(ordinal)
      }
      if (pace.due) await pace.rest()
    }
    return set
  }

  private async codesAsWritten(
    nodes: readonly { records: number[] }[],
  ): Promise<{ code: string; records: number[] }[]> {
    const ordinals = nodes.flatMap(({ records }) => records)
    const records = await this.reader.records(ordinals)
    return records.map(({ code }, at) => ({ code, records: [ordinals[at]!] }))
  }

  private async propertyMatching(property: string, expression: Pattern): Promise<Ordinals> {
    const set = new Ordinals(this.reader.size)
    const unclear = new Ordinals(this.reader.size)
    const pace = new Pace()
    for await (const postings of this.reader.postingsBeginning(propertyField(property), '')) {
      const clear = postings.filter(({ value }) => isExactKey(value))
      for (const { part, bytes } of expression.matching(clear, ({ value }) => value)) set.addPart(part, bytes)
      for (const { value, part, bytes } of postings) if (!isExactKey(value)) unclear.addPart(part, bytes)
      if (pace.due) await pace.rest()
    }
    return set.or(await this.lookedByPattern(expression, (one) => valuesOf(one, property), unclear))
  }

  private async lookedByPattern(expression: Pattern, textsOf: (one: Concept) => readonly string[], among: Ordinals) {
    const set = new Ordinals(this.reader.size)
    for await (const part of this.parts(among)) {
      const texts = part.flatMap(({ ordinal, record }) => textsOf(record).map((text) => ({ ordinal, text })))
      for (const { ordinal } of expression.matching(texts, ({ text }) => text)) set.add(ordinal)
    }
    return set
  }

  /** Those of some records that meet a test. */
  private async looked(test: (one: Concept) => boolean, among: Ordinals): Promise<Ordinals> {
    const set = new Ordinals(this.reader.size)
    for await (const part of this.parts(among)) {
      for (const { ordinal, record } of part) if (test(record)) set.add(ordinal)
    }
    return set
  }

  private async *parts(among: Ordinals): AsyncGenerator<{ ordinal: number; record: Concept }[]> {
    const ordinals = among.page(0, among.size)
    const pace = new Pace()
    for (let at = 0; at < ordinals.length; at += LOOKED) {
      const part = ordinals.slice(at, at + LOOKED)
      const records = await this.reader.records(part)
      yield part.map((ordinal, index) => ({ ordinal, record: records[index]! }))
      if (pace.due) await pace.rest()
    }
  }
}

/** Records that are looked at in one go. */
const LOOKED = 1_000

function valuesOf({ properties = [] }: Concept, property: string): string[] {
  return properties.filter(({ code }) => code === property).map(({ value }) => String(value))
}

function notSupported(what: string): FhirError {
  return FhirError.of('invalid', `A value set's filter by ${beginningOf(what)} is not supported.`, {
    code: 'not-supported',
  })
}
