import type { Compiled } from './compiled.ts'
import { type Evaluation, type Items, NONE, numberItem, singleOf, stringItem, textOf } from './item.ts'
import { matches, replaceMatches } from './patterns.ts'
import { Unanswered } from './syntax.ts'

/** A function of a text and of what its arguments give, each at most one value. */
type OfText = (text: string, args: readonly unknown[]) => Items | boolean

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw new Unanswered('no text where one is asked for')
  return value
}

const whole = (value: unknown): number => {
  if (!Number.isInteger(value)) throw new Unanswered('no whole number where one is asked for')
  return value as number
}

/** FHIRPath's functions of one text ("String Manipulation"), with how many arguments they take at least. */
const OF_TEXT: Readonly<Record<string, [least: number, OfText]>> = {
  startsWith: [1, (own, [prefix]) => own.startsWith(text(prefix))],
  endsWith: [1, (own, [suffix]) => own.endsWith(text(suffix))],
  contains: [1, (own, [part]) => own.includes(text(part))],
  matches: [1, (own, [pattern]) => matches(own, text(pattern))],
  matchesFull: [1, (own, [pattern]) => matches(own, `^(?:${text(pattern)})$`)],
  indexOf: [1, (own, [part]) => [numberItem(own.indexOf(text(part)), true)]],
  substring: [1, (own, [start, length]) => substring(own, whole(start), length)],
  replace: [2, (own, [part, by]) => [stringItem(own.replaceAll(text(part), () => text(by)))]],
  replaceMatches: [2, (own, [pattern, by]) => [stringItem(replaceMatches(own, text(pattern), text(by)))]],
  length: [0, (own) => [numberItem(own.length, true)]],
  lower: [0, (own) => [stringItem(own.toLowerCase())]],
  upper: [0, (own) => [stringItem(own.toUpperCase())]],
}

function substring(own: string, start: number, length: unknown): Items {
  if (start < 0 || start >= own.length) return NONE
  return [stringItem(own.slice(start, length === undefined ? undefined : start + Math.max(0, whole(length))))]
}

/** Whether there is such a function that takes so many arguments. */
export function isOfText(name: string, args: number): boolean {
  const least = Object.hasOwn(OF_TEXT, name) ? OF_TEXT[name]![0] : undefined
  return least !== undefined && (args === least || (name === 'substring' && args === 2))
}

/** What such a function gives of a collection: nothing where that, or an argument it must have, is empty. */
export function ofText(name: string, args: readonly Compiled[]) {
  const [least, run] = OF_TEXT[name]!
  return (items: Items, focus: Items, evaluation: Evaluation): Items | boolean | undefined => {
    const own = textOf(items)
    const values = args.map((arg) => singleOf(arg.items(focus, evaluation)))
    if (own === undefined || values.slice(0, least).includes(undefined)) return undefined
    evaluation.spend(own.length >> 6)
    return run(own, values)
  }
}
