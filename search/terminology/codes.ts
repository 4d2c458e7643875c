import { FhirError } from '../../resources/fhir-error.ts'
import type { TokenTest } from '../expression.ts'

/** Codes by their system. */
export type Codes = Map<string, Set<string>>

/** Codes that one search may ask for by value sets and hierarchies, all together. */
export const MOST_CODES = 10_000

/** Puts a code into a set. */
export function addCode(codes: Codes, system: string, code: string): void {
  const own = codes.get(system)
  if (own) own.add(code)
  else codes.set(system, new Set([code]))
}

/** Those of a set that are in another too, or (`not`) that are not. */
export function keepCodes(codes: Codes, other: Codes, not = false): Codes {
  const kept = [...codes].map(([system, own]) => {
    const others = other.get(system) ?? new Set<string>()
    return [system, not ? own.difference(others) : own.intersection(others)] as const
  })
  return new Map(kept)
}

/** A set of codes as tokens to be searched for. */
export function tokensOf(codes: Codes): TokenTest[] {
  return [...codes].flatMap(([system, own]) => [...own].map((code) => ({ system, code })))
}

/** The error for what this server does not hold. */
export function notHeld(what: string): FhirError {
  return FhirError.of('invalid', `${what} is not known to this server.`, { code: 'not-found' })
}

/** The error for what would take too much. */
export function tooMuch(what: string): FhirError {
  return FhirError.of('invalid', `${what}.`, { code: 'too-costly' })
}
