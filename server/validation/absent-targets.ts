import { beginningOf } from '../../resources/beginning.ts'
import type { Issue } from '../../resources/fhir-error.ts'
import { parseReference } from '../../resources/references.ts'
import type { Services } from '../call.ts'
import { visible } from '../visible.ts'
import type { Asker } from './known-source.ts'

/** References that are looked up in one validation. */
const MOST = 1_000

/** Literal references to resources of this server that lead nowhere, for all that the asker may see: for information. */
export async function absentTargets(
  resource: Readonly<Record<string, unknown>>,
  { access, trace }: Asker,
  services: Services,
): Promise<Issue[]> {
  const issues: Issue[] = []
  const known = new Map<string, boolean>()
  for (const { reference, path } of literalsIn(resource, String(resource.resourceType))) {
    const parsed = parseReference(reference)
    const isHere = parsed.kind === 'relative' || (parsed.kind === 'absolute' && parsed.root === `${services.baseUrl}/`)
    if (!isHere) continue
    const name = `${parsed.type}/${parsed.id}`
    if (!known.has(name)) {
      if (known.size === MOST) break
      trace.names(parsed.type, parsed.id)
      known.set(name, (await visible(parsed.type, parsed.id, access, services))?.text !== undefined)
    }
    if (!known.get(name)) issues.push(absent(reference, path))
  }
  return issues
}

function absent(reference: string, path: string): Issue {
  return {
    severity: 'information',
    code: 'not-found',
    messageId: 'reference-not-found',
    diagnostics: `${beginningOf(reference, 128)} is not known here.`,
    expression: [`${path}.reference`],
  }
}

interface Literal {
  reference: string
  path: string
}

/** Of a Bundle, what its entries refer to is theirs to bring. */
function* literalsIn(value: unknown, path: string): Generator<Literal> {
  if (typeof value !== 'object' || value === null) return
  const { reference, resourceType } = value as { reference?: unknown; resourceType?: unknown }
  if (typeof reference === 'string' && resourceType === undefined) yield { reference, path }
  if (resourceType === 'Bundle') return
  for (const [name, inner] of Object.entries(value)) {
    if (Array.isArray(inner)) {
      for (const [at, item] of inner.entries()) yield* literalsIn(item, `${path}.${name}[${at}]`)
    } else yield* literalsIn(inner, `${path}.${name}`)
  }
}
