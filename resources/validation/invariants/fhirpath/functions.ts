import type { Compiled } from './compiled.ts'
import { distinct, intersection, isIn } from './equal.ts'
import {
  childrenOf,
  descendantsOf,
  type Evaluation,
  hasPrimitiveValue,
  type Item,
  type Items,
  NONE,
  numberItem,
  singleOf,
  stringItem,
  truthOf,
} from './item.ts'
import { ForEngine, Unanswered } from './syntax.ts'

/** What a function is called with: the collection it is called on, and `$this` for arguments that are no lambdas. */
export interface Call {
  items: Items
  focus: Items
  evaluation: Evaluation
}

/** A function: what it gives of a call. A truth that is not known is undefined. */
export type Run = (call: Call, args: readonly Compiled[]) => Items | boolean | undefined

/** Calls an expression for each item, `$this` and `$index` being its; stops where `see` answers true. */
function each({ items, evaluation }: Call, see: (focus: Items, item: Item) => unknown): void {
  const { index } = evaluation
  evaluation.spend(items.length)
  for (const [at, item] of items.entries()) {
    evaluation.index = at
    if (see([item], item) === true) break
  }
  evaluation.index = index
}

function filter(call: Call, criterion: Compiled): Items {
  const found: Item[] = []
  each(call, (focus, item) => {
    if (criterion.truth(focus, call.evaluation) === true) found.push(item)
  })
  return found
}

function isAny(call: Call, criterion: Compiled): boolean {
  let any = false
  each(call, (focus) => {
    any = criterion.truth(focus, call.evaluation) === true
    return any
  })
  return any
}

function areAll(call: Call, criterion: Compiled): boolean {
  let all = true
  each(call, (focus) => {
    all = criterion.truth(focus, call.evaluation) === true
    return !all
  })
  return all
}

function select(call: Call, projection: Compiled): Items {
  const found: Item[] = []
  each(call, (focus) => {
    for (const item of projection.items(focus, call.evaluation)) found.push(item)
  })
  call.evaluation.spend(found.length)
  return found
}

function repeat(call: Call, projection: Compiled): Items {
  let found: Items = NONE
  for (let next = call.items; next.length > 0; ) {
    const given = select({ ...call, items: next }, projection)
    const before = found.length
    found = distinct([...found, ...given], call.evaluation)
    next = found.slice(before)
  }
  return found
}

function booleansOf({ items }: Call): boolean[] {
  return items.map(({ value }) => {
    if (typeof value !== 'boolean') throw new Unanswered('no boolean where one is asked for')
    return value
  })
}

function wholeOf({ focus, evaluation }: Call, arg: Compiled): number {
  const value = singleOf(arg.items(focus, evaluation))
  if (!Number.isInteger(value)) throw new Unanswered('no whole number where one is asked for')
  return value as number
}

const other = ({ focus, evaluation }: Call, arg: Compiled) => arg.items(focus, evaluation)

/** Functions by name and number of arguments. Arguments of the first ones are expressions about each item. */
export const FUNCTIONS: Readonly<Record<string, Run>> = {
  'exists/1': (call, [criterion]) => isAny(call, criterion!),
  'all/1': (call, [criterion]) => areAll(call, criterion!),
  'where/1': (call, [criterion]) => filter(call, criterion!),
  'select/1': (call, [projection]) => select(call, projection!),
  'repeat/1': (call, [projection]) => repeat(call, projection!),
  'exists/0': ({ items }) => items.length > 0,
  'empty/0': ({ items }) => items.length === 0,
  'count/0': ({ items }) => [numberItem(items.length, true)],
  'not/0': ({ items }) => {
    const truth = truthOf(items)
    return truth === undefined ? undefined : !truth
  },
  'allTrue/0': (call) => booleansOf(call).every((value) => value),
  'anyTrue/0': (call) => booleansOf(call).some((value) => value),
  'allFalse/0': (call) => !booleansOf(call).some((value) => value),
  'anyFalse/0': (call) => !booleansOf(call).every((value) => value),
  'first/0': ({ items }) => items.slice(0, 1),
  'last/0': ({ items }) => items.slice(-1),
  'tail/0': ({ items }) => items.slice(1),
  'skip/1': (call, [count]) => call.items.slice(Math.max(0, wholeOf(call, count!))),
  'take/1': (call, [count]) => call.items.slice(0, Math.max(0, wholeOf(call, count!))),
  'single/0': ({ items }) => {
    singleOf(items)
    return items
  },
  'distinct/0': ({ items, evaluation }) => distinct(items, evaluation),
  'isDistinct/0': ({ items, evaluation }) => distinct(items, evaluation).length === items.length,
  'combine/1': (call, [more]) => [...call.items, ...other(call, more!)],
  'union/1': (call, [more]) => distinct([...call.items, ...other(call, more!)], call.evaluation),
  'intersect/1': (call, [more]) => intersection(call.items, other(call, more!), call.evaluation),
  'exclude/1': (call, [less]) => {
    const out = other(call, less!)
    return call.items.filter((item) => !isIn(item, out, call.evaluation))
  },
  'subsetOf/1': (call, [all]) => {
    const items = other(call, all!)
    return call.items.every((item) => isIn(item, items, call.evaluation))
  },
  'supersetOf/1': (call, [part]) => other(call, part!).every((item) => isIn(item, call.items, call.evaluation)),
  'children/0': ({ items, evaluation }) => childrenOf(items, evaluation),
  'descendants/0': ({ items, evaluation }) => descendantsOf(items, evaluation),
  'hasValue/0': ({ items }) => items.length === 1 && hasPrimitiveValue(items[0]!),
  'getValue/0': ({ items }) => (items.length === 1 && hasPrimitiveValue(items[0]!) ? items : NONE),
  // What is traced would be a patient's.
  'trace/1': ({ items }) => items,
  'trace/2': ({ items }) => items,
  // Narrative is checked wherever it stands (`narrative/`).
  'htmlChecks/0': () => true,
  'toString/0': ({ items }) => {
    const value = singleOf(items)
    if (typeof value === 'object') throw new ForEngine()
    return value === undefined ? NONE : [stringItem(String(value))]
  },
  'toInteger/0': ({ items }) => {
    const value = singleOf(items)
    if (typeof value === 'boolean') return [numberItem(Number(value), true)]
    const isWhole = typeof value === 'string' ? /^[+-]?\d+$/.test(value) : Number.isInteger(value)
    return isWhole ? [numberItem(Number(value), true)] : NONE
  },
  'iif/2': (call, [criterion, then]) => choose(call, criterion!, then!),
  'iif/3': (call, [criterion, then, otherwise]) => choose(call, criterion!, then!, otherwise),
}

function choose({ items, evaluation }: Call, criterion: Compiled, then: Compiled, otherwise?: Compiled): Items {
  if (criterion.truth(items, evaluation) === true) return then.items(items, evaluation)
  return otherwise?.items(items, evaluation) ?? NONE
}

/** `extension(url)`: of elements, and of primitives what is beside them. */
export function extensionsOf({ items, focus, evaluation }: Call, [arg]: readonly Compiled[]): Items {
  const url = singleOf(arg!.items(focus, evaluation))
  const found: Item[] = []
  for (const { value, sibling } of items) {
    const object = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : sibling
    for (const extension of (object?.extension ?? []) as Readonly<Record<string, unknown>>[]) {
      if (extension.url === url) found.push({ value: extension, sibling: undefined, type: 'Extension' })
    }
  }
  return found
}
