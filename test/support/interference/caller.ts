import type { Access } from '../../../auth/access.ts'
import type { Services } from '../../../server/call.ts'
import type { Resource } from '../oracle/world.ts'

/**
 * Who asks, and what is seen, told by hand and not by what is tested. What may be read alone, or searched alone, counts
 * as seen.
 */
export interface Caller {
  name: string
  /** What the stores hold. */
  types: readonly string[]
  access(services: Services): Promise<Access>
  /** Whether a content is seen, the others being as they are now. */
  sees(resource: Resource, current: readonly Resource[]): boolean
  /** A resource that is seen with other values of what is withheld of it; `spare` is another of the type, or nothing. */
  conceals?(resource: Resource, spare: Resource | undefined): Resource
  /** Resources as this caller needs them to be. */
  prepare?(resource: Resource): Resource
  /** What is written to both stores besides. */
  besides?: readonly Resource[]
  /** What is left of a resource that is seen. */
  shown?(resource: Resource): Resource
}
