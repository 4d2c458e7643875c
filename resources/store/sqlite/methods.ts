import type { Method } from '../port.ts'

const NUMBERS: Record<Method, number> = { POST: 1, PUT: 2, PATCH: 3, DELETE: 4 }

const METHODS: Record<number, Method> = { 1: 'POST', 2: 'PUT', 3: 'PATCH', 4: 'DELETE' }

/** Added to the number of a method whose version made the resource live. */
const CREATED = 16

/** How a version came to be, as `version.method` keeps it. */
export function methodNumber(method: Method, created: boolean): number {
  return NUMBERS[method] + (created ? CREATED : 0)
}

/** The reverse of `methodNumber`. */
export function methodOf(number: number): { method: Method; created: boolean } {
  return { method: METHODS[number % CREATED] ?? 'PUT', created: number >= CREATED }
}
