import { Readable } from 'node:stream'
import type { Guides, InstalledGuide } from '../../operations/guides.ts'
import { loadPackage, manifestOf } from '../../resources/conformance/package/load.ts'
import { missingDependencies } from '../../resources/conformance/package/manifest.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { deedOfCall } from '../audit/deed-of-call.ts'
import type { Services, TracedCall } from '../call.ts'
import { issuerOf } from '../issuer.ts'

/** The packages, for the caller of an operation. */
export class CallersGuides implements Guides {
  private readonly call: TracedCall
  private readonly services: Services

  constructor(call: TracedCall, services: Services) {
    this.call = call
    this.services = services
  }

  async install(bytes: Buffer): Promise<InstalledGuide> {
    const { packages } = this.services.knowledge
    const source = () => Readable.from([bytes])
    const manifest = await manifestOf(source)
    await this.record(manifest)
    const { info, leftOut } = await loadPackage(source, packages)
    const missing = missingDependencies(manifest, await packages.packages())
    return { name: info.name, version: info.version, definitions: info.definitions, warnings: [...missing, ...leftOut] }
  }

  async uninstall(name: string, version: string): Promise<void> {
    const { packages } = this.services.knowledge
    const held = await packages.packages()
    if (!held.some((one) => one.name === name && one.version === version)) throw notThere()
    await this.record({ name, version })
    if (!(await packages.remove(name, version))) throw notThere()
  }

  /** What is begun is on record before it is: where that cannot be, it does not begin. */
  private async record({ name, version }: { name: string; version: string }): Promise<void> {
    const { audit, config, baseUrl } = this.services
    this.call.trace.input = [
      ['name', name],
      ['version', version],
    ]
    await audit.record([deedOfCall(this.call, { issuer: issuerOf(config), base: baseUrl })])
    this.call.trace.isRecorded = true
  }
}

function notThere(): FhirError {
  return FhirError.of('not-found', 'There is no such package here.')
}
