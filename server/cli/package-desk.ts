import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { InstalledGuide } from '../../operations/guides.ts'
import { loadPackage, manifestOf } from '../../resources/conformance/package/load.ts'
import { missingDependencies } from '../../resources/conformance/package/manifest.ts'
import type { PackageInfo } from '../../resources/store/packages.ts'
import type { Config } from '../config.ts'
import { openKnowledge } from '../knowledge.ts'
import { recordBeside } from './beside-record.ts'
import { askServer, refusal, type Server } from './place.ts'

/** Where packages are changed: beside the store, or through a server. */
export interface PackageDesk {
  /** For the user. */
  description: string
  add(file: string, progress: (definitions: number) => void): Promise<InstalledGuide>
  /** What is still to be warned of when all were added. */
  stillMissing(warnings: readonly string[]): Promise<readonly string[]>
  /** Rejects where there is none. */
  remove(name: string, version: string): Promise<void>
  close(): Promise<void>
}

/**
 * The place that the settings name, whoever has the store there open: packages stand beside it. What is done is on record before
 * it is.
 */
export async function packagesHere(config: Config): Promise<PackageDesk> {
  const { packages, close } = await openKnowledge(config)
  const added: PackageInfo[] = []
  const record = (query: string, code: 'install' | 'uninstall') =>
    recordBeside(config, { kind: 'operation', code, action: code === 'install' ? 'C' : 'D', query })
  return {
    description: config.storeName,
    async add(file, progress) {
      const source = () => createReadStream(file)
      const { name, version } = await manifestOf(source)
      await record(`package add ${name}@${version}`, 'install')
      const { info, leftOut } = await loadPackage(source, packages, progress)
      added.push(info)
      return { name, version, definitions: info.definitions, warnings: leftOut }
    },
    // One that was added later may be what another depends on.
    async stillMissing(warnings) {
      const held = await packages.packages()
      return [...added.flatMap((info) => missingDependencies(info, held)), ...warnings]
    },
    async remove(name, version) {
      const held = await packages.packages()
      if (!held.some((one) => one.name === name && one.version === version)) throw notThere(name, version)
      await record(`package remove ${name}@${version}`, 'uninstall')
      if (!(await packages.remove(name, version))) throw notThere(name, version)
    },
    close,
  }
}

/** A server, by its operations. */
export function packagesAt(server: Server): PackageDesk {
  const ask = (operation: string, parameter: readonly object[]) => askFor(server, operation, parameter)
  return {
    description: `the server at ${server.base}`,
    async add(file) {
      const bytes = await readFile(file)
      const content = { name: 'npmContent', valueBase64Binary: bytes.toString('base64') }
      const { parameter = [] } = await ask('$install', [content])
      const texts = (name: string) => parameter.filter((one) => one.name === name).map((one) => one.valueString ?? '')
      const definitions = parameter.find(({ name }) => name === 'definitions')?.valueInteger ?? 0
      return {
        name: texts('name')[0] ?? '',
        version: texts('version')[0] ?? '',
        definitions,
        warnings: texts('warning'),
      }
    },
    stillMissing: async (warnings) => warnings,
    async remove(name, version) {
      await ask('$uninstall', [
        { name: 'name', valueString: name },
        { name: 'version', valueString: version },
      ])
    },
    close: async () => undefined,
  }
}

interface Answered {
  parameter?: { name: string; valueString?: string; valueInteger?: number }[]
}

async function askFor(server: Server, operation: string, parameter: readonly object[]): Promise<Answered> {
  const path = `/ImplementationGuide/${operation}`
  const body = JSON.stringify({ resourceType: 'Parameters', parameter })
  const headers = { 'content-type': 'application/fhir+json' }
  const response = await askServer(server, path, { method: 'POST', headers, body })
  if (!response.ok) throw await refusal(server, path, response)
  return (await response.json()) as Answered
}

function notThere(name: string, version: string): Error {
  return new Error(`There is no package ${name}@${version}.`)
}
