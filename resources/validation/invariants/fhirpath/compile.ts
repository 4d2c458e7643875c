import { rootResourceOf } from '../../surroundings.ts'
import { type Compiled, ofItems, ofTruth } from './compiled.ts'
import { type Call, extensionsOf, FUNCTIONS, type Run } from './functions.ts'
import {
  booleanItems,
  type Evaluation,
  type Item,
  type Items,
  NONE,
  numberItem,
  Step,
  singleOf,
  stringItem,
} from './item.ts'
import { typeTest } from './kinds.ts'
import { operation } from './operators.ts'
import { conformsTo, memberOf, resolve, textVariable } from './outside.ts'
import { parse, typeNameOf } from './parse.ts'
import { ForEngine, type Syntax, Unanswered } from './syntax.ts'
import { isOfText, ofText } from './texts.ts'

/** An expression as plain functions. Throws ForEngine where it has what is left to the engine. */
export function compileFhirPath(expression: string): Compiled {
  return compile(parse(expression))
}

const THIS: Compiled = ofItems((focus) => focus)

function compile(syntax: Syntax): Compiled {
  switch (syntax.kind) {
    case 'string':
      return constant([stringItem(syntax.value)])
    case 'number':
      return constant([numberItem(syntax.value, syntax.isWhole)])
    case 'boolean':
      return constant(booleanItems(syntax.value))
    case 'nothing':
      return constant(NONE)
    case 'this':
      return THIS
    case 'index':
      return ofItems((_, { index }) => (index === undefined ? NONE : [numberItem(index, true)]))
    case 'variable':
      return variable(syntax.name)
    case 'member':
      return member(syntax)
    case 'item':
      return itemAt(compile(syntax.of), compile(syntax.at))
    case 'call':
      return call(syntax)
    case 'type':
      return syntax.operator === 'is' ? isOf(syntax.of, syntax.type) : asOf(compile(syntax.of), syntax.type)
    case 'sign':
      return negative(compile(syntax.of))
    case 'operation':
      return operation(syntax.operator, compile(syntax.left), compile(syntax.right))
  }
}

function constant(items: Items): Compiled {
  return ofItems(() => items)
}

function variable(name: string): Compiled {
  switch (name) {
    case 'resource':
      return ofItems((_, { place }) => [place.resource])
    case 'rootResource':
      return ofItems((_, { place }) => [rootResourceOf(place)])
    case 'context':
      return ofItems((_, { place }) => [place])
    default: {
      const text = textVariable(name)
      if (text === undefined) throw new ForEngine()
      return constant([stringItem(text)])
    }
  }
}

/** At the beginning, a name with a capital letter is the type of what the expression is about (`Patient.name`). */
function member({ of, name }: Extract<Syntax, { kind: 'member' }>): Compiled {
  if (of === undefined && /^[A-Z]/.test(name)) {
    const test = typeTest(name)
    return ofItems((focus) => focus.filter(({ type }) => test(type)))
  }
  const step = new Step(name)
  if (of === undefined || of.kind === 'this') {
    return ofItems(
      (focus, evaluation) => step.go(focus, evaluation),
      (focus) => step.any(focus),
    )
  }
  const before = compile(of)
  return ofItems(
    (focus, evaluation) => step.go(before.items(focus, evaluation), evaluation),
    (focus, evaluation) => step.any(before.items(focus, evaluation)),
  )
}

function itemAt(of: Compiled, at: Compiled): Compiled {
  return ofItems((focus, evaluation) => {
    const index = singleOf(at.items(focus, evaluation))
    if (index !== undefined && !Number.isInteger(index)) throw new Unanswered('no whole number where one is asked for')
    const item = index === undefined ? undefined : of.items(focus, evaluation)[index as number]
    return item ? [item] : NONE
  })
}

function negative(of: Compiled): Compiled {
  return ofItems((focus, evaluation) => {
    const items = of.items(focus, evaluation)
    const value = singleOf(items)
    if (typeof value !== 'number') throw new ForEngine()
    return [{ ...(items[0] as Item), value: -value }]
  })
}

function isOf(of: Syntax, type: string): Compiled {
  const test = typeTest(type)
  // The type of what a reference leads to is told by the reference.
  const items = of.kind === 'call' && of.name === 'resolve' ? resolved(of, true).items : compile(of).items
  return ofTruth((focus, evaluation) => {
    const found = items(focus, evaluation)
    if (found.length > 1) throw new Unanswered('several values where one is asked for')
    return found[0] && test(found[0].type)
  })
}

/** Of several values `as` keeps those of the type, as the reference validator does. */
function asOf(of: Compiled, type: string): Compiled {
  const test = typeTest(type)
  return ofItems((focus, evaluation) => of.items(focus, evaluation).filter((item) => test(item.type)))
}

function resolved({ of }: Extract<Syntax, { kind: 'call' }>, isTypeEnough: boolean): Compiled {
  const before = of === undefined ? THIS : compile(of)
  return ofItems((focus, evaluation) =>
    resolve({ items: before.items(focus, evaluation), focus, evaluation }, isTypeEnough),
  )
}

function call(syntax: Extract<Syntax, { kind: 'call' }>): Compiled {
  const { of, name, args } = syntax
  if (args.length === 1) {
    if (name === 'is') return isOf(of ?? { kind: 'this' }, typeNameOf(args[0]))
    if (name === 'as' || name === 'ofType') return asOf(of === undefined ? THIS : compile(of), typeNameOf(args[0]))
  }
  if (name === 'resolve' && args.length === 0) return resolved(syntax, false)
  const before = of === undefined ? THIS : compile(of)
  if (args.length === 0 && name === 'exists') return ofTruth(before.isThere)
  if (args.length === 0 && name === 'empty') return ofTruth((focus, evaluation) => !before.isThere(focus, evaluation))
  if (args.length === 0 && name === 'not') return negation(before)
  return called(before, functionOf(name, args.length), args.map(compile), name)
}

function negation(of: Compiled): Compiled {
  return ofTruth((focus, evaluation) => {
    const truth = of.truth(focus, evaluation)
    return truth === undefined ? undefined : !truth
  })
}

const OUTSIDE: Readonly<Record<string, Run>> = {
  'memberOf/1': memberOf,
  'conformsTo/1': conformsTo,
  'extension/1': extensionsOf,
}

function functionOf(name: string, args: number): Run {
  const key = `${name}/${args}`
  if (Object.hasOwn(FUNCTIONS, key)) return FUNCTIONS[key]!
  if (Object.hasOwn(OUTSIDE, key)) return OUTSIDE[key]!
  if (!isOfText(name, args)) throw new ForEngine()
  return ({ items, focus, evaluation }, compiled) => ofText(name, compiled)(items, focus, evaluation)
}

/** Names of functions that give a truth. */
const TRUTHS =
  /^(exists|all|not|(all|any)(True|False)|isDistinct|su(b|per)setOf|hasValue|htmlChecks|memberOf|conformsTo|startsWith|endsWith|contains|matches(Full)?)$/

function called(before: Compiled, run: Run, args: readonly Compiled[], name: string): Compiled {
  const give = (focus: Items, evaluation: Evaluation) => {
    const asked: Call = { items: before.items(focus, evaluation), focus, evaluation }
    return run(asked, args)
  }
  if (TRUTHS.test(name)) return ofTruth((focus, evaluation) => give(focus, evaluation) as boolean | undefined)
  return ofItems((focus, evaluation) => (give(focus, evaluation) as Items | undefined) ?? NONE)
}
