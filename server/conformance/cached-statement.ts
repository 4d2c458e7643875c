import { endpointsOf } from '../../auth/smart/smart-configuration.ts'
import { instantOf } from '../../resources/dates.ts'
import type { DefinitionHead, PackageStore } from '../../resources/store/packages.ts'
import type { ParameterRegistry } from '../../search/parameters.ts'
import type { Config } from '../config.ts'
import { issuerOf } from '../issuer.ts'
import { version } from '../version.ts'
import { capabilityStatement } from './capability-statement.ts'
import { profilesByType } from './packaged-profiles.ts'

/** What a statement is made of. */
interface Sources {
  config: Config
  baseUrl: string
  parameters: ParameterRegistry
  packages: PackageStore
}

const STARTED = instantOf(Date.now())

/** The statement is made when first asked for, and anew when the parameters or the packages change: its date is that of the change. */
class CachedStatement {
  private readonly sources: Sources
  private made: { by: string; text: Buffer } | undefined

  constructor(sources: Sources) {
    this.sources = sources
  }

  /** The text of the CapabilityStatement: without the profiles of packages where these cannot be read. */
  async text(): Promise<Buffer> {
    const { parameters, packages } = this.sources
    const stamp = await packages.stamp().catch(() => undefined)
    if (stamp === undefined) return this.made?.text ?? this.make(STARTED, [])
    const by = `${parameters.version} ${stamp}`
    if (this.made?.by !== by) {
      const profiles = await packages.list('StructureDefinition')
      const text = this.make(this.made ? instantOf(Date.now()) : STARTED, profiles)
      this.made = { by, text }
    }
    return this.made.text
  }

  private make(date: string, profiles: readonly DefinitionHead[]): Buffer {
    const { config, baseUrl, parameters } = this.sources
    const { auth, audit, conditionalDelete, corsOrigins, publicUrl, registers } = config
    const statement = capabilityStatement({
      baseUrl,
      version,
      date,
      conditionalDelete,
      endpoints: auth ? endpointsOf(issuerOf({ publicUrl }), registers) : undefined,
      cors: corsOrigins.length > 0,
      audit,
      parameters,
      profiles: profilesByType(profiles),
    })
    return Buffer.from(JSON.stringify(statement))
  }
}

/** What tells the text of the CapabilityStatement of a server. */
export function tellingStatement(sources: Sources): () => Promise<Buffer> {
  const statement = new CachedStatement(sources)
  return () => statement.text()
}
