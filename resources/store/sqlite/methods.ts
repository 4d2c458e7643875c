import type { Method } from '../port.ts'

/** How `version.method` is kept. */
export const METHOD_NUMBERS: Record<Method, number> = { POST: 1, PUT: 2, PATCH: 3, DELETE: 4 }

const METHODS: Record<number, Method> = { 1: 'POST', 2: 'PUT', 3: 'PATCH', 4: 'DELETE' }

/** The reverse of METHOD_NUMBERS. */
export function methodOf(number: unknown): Method {
  return METHODS[Number(number)] ?? 'PUT'
}
