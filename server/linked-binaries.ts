import type { Access } from '../auth/access.ts'
import { parseReference } from '../resources/references.ts'
import type { Expression } from '../search/expression.ts'
import { allowed } from '../search/judge.ts'
import { type LiveVersion, type ResourceName, restrictionOf } from '../search/searcher.ts'
import type { Services } from './call.ts'
import { contentOf } from './content.ts'

/** Whether Binaries are judged by what they belong to (R4 binary, "Security Context"). */
export function areLinked({ may, linkedBinaries }: Access): boolean {
  return linkedBinaries === true && restrictionOf(may.r, 'Binary').kind !== 'all'
}

/**
 * Whether a Binary belongs to what the caller may read: its securityContext or, without one, a DocumentReference with an
 * attachment that leads to it. A securityContext decides alone, so that nobody comes to a Binary by writing a
 * DocumentReference. `mayRead` tells of any other resource.
 */
export async function binaryIsLinked(
  version: LiveVersion,
  access: Access,
  services: Services,
  mayRead: (name: ResourceName) => Promise<boolean>,
): Promise<boolean> {
  const { id, text } = version
  const { linkedBinariesMeet: own } = access
  const restriction = { byType: own ? { Binary: own } : {}, others: { kind: 'all' } } as const
  const [isAllowed] = await allowed([contentOf(version, services)], restriction, services)
  if (!isAllowed) return false
  const { securityContext } = JSON.parse(text.toString()) as { securityContext?: { reference?: unknown } }
  if (securityContext !== undefined) {
    const context = ownReference(securityContext.reference, services.baseUrl)
    return context !== undefined && context.type !== 'Binary' && mayRead(context)
  }
  return isAttached(id, access, services)
}

/** Whether a DocumentReference that the caller may read has an attachment that is this Binary. */
export async function isAttached(id: string, { may }: Access, { searcher, baseUrl }: Services): Promise<boolean> {
  if (restrictionOf(may.r, 'DocumentReference').kind === 'none') return false
  const uris = [`Binary/${id}`, `${baseUrl}/Binary/${id}`]
  const where: Expression = { kind: 'uri', param: 'location', uris, mode: 'below' }
  const found = await searcher.ids({ type: 'DocumentReference', where, restriction: may.r }, 1)
  return found.length > 0
}

/** Id of the Binary that is read by way of an attachment with this url: by all that `isAttached` takes for one of its own. */
export function attachedBinary(url: string, baseUrl: string): string | undefined {
  const path = url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length + 1) : url
  return /^Binary\/([^/]+)/.exec(path)?.[1]
}

/** The resource of this server that a reference means. */
export function ownReference(reference: unknown, baseUrl: string): ResourceName | undefined {
  const parsed = parseReference(typeof reference === 'string' ? reference : '')
  const isOwn = parsed.kind === 'relative' || (parsed.kind === 'absolute' && parsed.root === `${baseUrl}/`)
  return isOwn ? { type: parsed.type, id: parsed.id } : undefined
}
