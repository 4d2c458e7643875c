import { type Concept, holdsOn } from '../../../resources/terminology/concept.ts'
import type { ConceptQuery, Condition } from '../../../resources/terminology/concept-source.ts'

/** What a concept source must answer without a text, in the plainest way: a list that is looked through. */
export class PlainConcepts {
  private readonly concepts: readonly Concept[]
  private readonly keyOf: (code: string) => string

  constructor(concepts: readonly Concept[], caseSensitive: boolean) {
    this.concepts = concepts
    this.keyOf = (code) => (caseSensitive ? code : code.toLowerCase())
  }

  find(code: string, day: string): Concept | undefined {
    return this.concepts.find((one) => this.same(one.code, code) && holdsOn(one, day))
  }

  records(code: string): Concept[] {
    const own = this.concepts.filter((one) => this.same(one.code, code))
    return own.sort((one, other) => ((one.from ?? '') < (other.from ?? '') ? -1 : 1))
  }

  children(code: string, day: string): Concept[] {
    return this.concepts.filter((one) => holdsOn(one, day) && one.parents?.some((parent) => this.same(parent, code)))
  }

  isBelow(code: string, ancestor: string, day: string): boolean {
    if (this.same(code, ancestor)) return false
    const parents = this.find(code, day)?.parents ?? []
    return parents.some((parent) => this.same(parent, ancestor) || this.isBelow(parent, ancestor, day))
  }

  search({ conditions, day, activeOnly, selectableOnly }: ConceptQuery): Concept[] {
    return this.concepts.filter(
      (one) =>
        holdsOn(one, day) &&
        !(activeOnly && one.inactive) &&
        !(selectableOnly && one.abstract) &&
        conditions.every((condition) => this.meets(one, condition, day)),
    )
  }

  private meets(one: Concept, condition: Condition, day: string): boolean {
    switch (condition.op) {
      case '=':
        return this.has(one, condition.property, condition.value)
      case 'in':
        return condition.values.some((value) => this.has(one, condition.property, value))
      case 'not-in':
        return !condition.values.some((value) => this.has(one, condition.property, value))
      case 'regex':
        return this.values(one, condition.property).some((value) =>
          new RegExp(`^(?:${condition.pattern})$`).test(value),
        )
      case 'exists':
        return this.values(one, condition.property).length > 0 === condition.exists
      case 'codes':
        return condition.codes.some((code) => this.same(code, one.code))
      case 'none-of':
        return !condition.each.some((each) => each.every((inner) => this.meets(one, inner, day)))
      case 'is-a':
        return this.same(one.code, condition.code) || this.isBelow(one.code, condition.code, day)
      case 'is-not-a':
        return !this.meets(one, { op: 'is-a', code: condition.code }, day)
      case 'descendent-of':
        return this.isBelow(one.code, condition.code, day)
      case 'generalizes':
        return this.same(one.code, condition.code) || this.isBelow(condition.code, one.code, day)
      case 'child-of':
        return one.parents?.some((parent) => this.same(parent, condition.code)) ?? false
    }
  }

  private has(one: Concept, property: string, value: string): boolean {
    const isCode = ['code', 'parent', 'child'].includes(property)
    return this.values(one, property).some((own) => (isCode ? this.same(own, value) : own === value))
  }

  private values(one: Concept, property: string): string[] {
    switch (property) {
      case 'code':
        return [one.code]
      case 'display':
        return one.display === '' ? [] : [one.display]
      case 'definition':
        return one.definition === undefined ? [] : [one.definition]
      case 'parent':
        return [...(one.parents ?? [])]
      case 'child':
        return this.concepts
          .filter((other) => other.parents?.some((parent) => this.same(parent, one.code)))
          .map(({ code }) => code)
      case 'inactive':
        return [String(one.inactive === true)]
      case 'notSelectable':
        return [String(one.abstract === true)]
      default:
        return (one.properties ?? []).filter(({ code }) => code === property).map(({ value }) => String(value))
    }
  }

  private same(one: string, other: string): boolean {
    return this.keyOf(one) === this.keyOf(other)
  }
}
