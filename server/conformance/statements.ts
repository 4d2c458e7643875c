import { endpointsOf } from '../../auth/smart/smart-configuration.ts'
import { r4Canonicals } from '../../resources/conformance/r4.ts'
import { instantOf } from '../../resources/dates.ts'
import type { ParameterRegistry } from '../../search/parameters.ts'
import type { Config } from '../config.ts'
import { issuerOf } from '../issuer.ts'
import type { Knowledge } from '../knowledge.ts'
import { version } from '../version.ts'
import { capabilityStatement } from './capability-statement.ts'
import { supportedProfiles } from './supported-profiles.ts'
import { heldSystems, terminologyCapabilities } from './terminology-capabilities.ts'

/** What a server may be asked to tell of itself (R4 http, capabilities, `mode`); `normative` is all that there is. */
export const STATEMENT_MODES = ['full', 'normative', 'terminology'] as const

export type StatementMode = (typeof STATEMENT_MODES)[number]

/** What the statements follow from. */
interface Basis {
  config: Config
  baseUrl: string
  parameters: ParameterRegistry
  knowledge: Pick<Knowledge, 'packages' | 'concepts'>
}

/** Statements are made when first asked for, and anew when what they follow from changes: their date is that of the change. */
export function statementsOf(basis: Basis): (mode: StatementMode) => Promise<Buffer> {
  const made = new Map<StatementMode, Promise<Buffer>>()
  let madeBy: string | undefined
  let date = STARTED
  return async (mode) => {
    const { packages, concepts } = basis.knowledge
    const stamps = await Promise.all([packages, concepts].map((store) => store.stamp().catch(() => 'away')))
    const stamp = [basis.parameters.version, ...stamps].join(' ')
    if (madeBy !== stamp) {
      made.clear()
      if (madeBy !== undefined) date = instantOf(Date.now())
      madeBy = stamp
    }
    const kind = mode === 'normative' ? 'full' : mode
    const known = made.get(kind) ?? textOf(kind === 'terminology' ? terminology(basis, date) : full(basis, date))
    made.set(kind, known)
    return known.catch((error: unknown) => {
      made.delete(kind)
      throw error
    })
  }
}

const STARTED = instantOf(Date.now())

async function textOf(resource: Promise<object>): Promise<Buffer> {
  return Buffer.from(JSON.stringify(await resource))
}

async function full({ config, baseUrl, parameters, knowledge }: Basis, date: string): Promise<object> {
  // What tells of the server is told without its packages, too.
  const packaged = await knowledge.packages.list('StructureDefinition').catch(() => [])
  const { conditionalDelete, auth, corsOrigins, publicUrl, registers, audit, validation } = config
  return capabilityStatement({
    baseUrl,
    version,
    date,
    conditionalDelete,
    endpoints: auth ? endpointsOf(issuerOf({ publicUrl }), registers) : undefined,
    cors: corsOrigins.length > 0,
    audit,
    parameters,
    profiles: supportedProfiles(validation, packaged),
  })
}

async function terminology({ baseUrl, knowledge }: Basis, date: string): Promise<object> {
  const packaged = await knowledge.packages.list('CodeSystem')
  const own = await r4Canonicals.list('CodeSystem')
  const systems = heldSystems([...packaged, ...own], await knowledge.concepts.editions())
  return terminologyCapabilities({ baseUrl, version, date, systems })
}
