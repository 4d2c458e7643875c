import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Canonical, Canonicals, Listed } from '../../resources/conformance/canonicals.ts'
import { r4Canonicals } from '../../resources/conformance/r4.ts'
import { chosenVersion } from '../../resources/conformance/versions.ts'
import type { CodeQuestion, CodeVerdict, StructureDefinitionLike } from '../../resources/validation/question.ts'
import type { KnownSource } from '../../resources/validation/validator.ts'
import { readPieces } from '../../server/cli/sources.ts'

const SHARED = process.env.SHARED ?? join(import.meta.dirname, '..', '..', '..', 'shared')
const R4 = join(import.meta.dirname, '..', '..', 'node_modules', 'hl7.fhir.r4.examples')

export type Json = Record<string, unknown>

/** The file of a package in ../shared/packages. */
export function packageFile(name: string): string {
  return join(SHARED, 'packages', `${name}.tgz`)
}

/** What `skip` is of tests that need packages. */
export function without(...names: string[]): string | false {
  const missing = names.map(packageFile).filter((file) => !existsSync(file))
  return missing.length > 0 && `left out: ${missing.join(', ')} not here`
}

/** The parsed resources of a package: its definitions, and its examples by their file's name. */
export async function readPackage(name: string): Promise<{ definitions: Json[]; examples: Map<string, Json> }> {
  const definitions: Json[] = []
  const examples = new Map<string, Json>()
  for await (const piece of readPieces(packageFile(name), () => undefined)) {
    const file = /\/package\/(example\/)?([A-Z][\w-]*[-.][^/]+\.json)$/.exec(piece.name)
    if (!file) continue
    const resource = JSON.parse(piece.bytes!.toString()) as Json
    if (file[1]) examples.set(file[2]!, resource)
    else definitions.push(resource)
  }
  return { definitions, examples }
}

/** The StructureDefinitions of a package. */
export function structuresIn({ definitions }: { definitions: Json[] }): StructureDefinitionLike[] {
  return definitions.filter(
    ({ resourceType }) => resourceType === 'StructureDefinition',
  ) as unknown as StructureDefinitionLike[]
}

let r4: Map<string, StructureDefinitionLike> | undefined

/** R4's own StructureDefinitions by their url. */
export function r4Structures(): ReadonlyMap<string, StructureDefinitionLike> {
  r4 ??= new Map(
    readdirSync(R4)
      .filter((name) => name.startsWith('StructureDefinition-'))
      .map((name) => JSON.parse(readFileSync(join(R4, name), 'utf8')) as StructureDefinitionLike)
      .map((structure) => [structure.url, structure]),
  )
  return r4
}

/** Definitions of packages, and R4's own behind them. */
export class TestCanonicals implements Canonicals {
  private readonly held = new Map<string, Canonical[]>()

  constructor(definitions: readonly Json[]) {
    for (const [at, resource] of definitions.entries()) {
      const { resourceType, url, version } = resource as { resourceType: string; url?: string; version?: string }
      if (url === undefined) continue
      const name = `${resourceType} ${url}`
      const canonical: Canonical = {
        resource: resource as Canonical['resource'],
        url,
        version,
        source: 'package',
        key: `${at}`,
      }
      this.held.set(name, [...(this.held.get(name) ?? []), canonical])
    }
  }

  async find(type: string, url: string, version?: string): Promise<Canonical | undefined> {
    const own = chosenVersion(this.held.get(`${type} ${url}`) ?? [], version)
    return own ?? r4Canonicals.find(type, url, version)
  }

  async list(type: string): Promise<readonly Listed[]> {
    const own = [...this.held].filter(([name]) => name.startsWith(`${type} `)).flatMap(([, all]) => all)
    return [...own, ...(await r4Canonicals.list(type))]
  }

  async stamp(): Promise<string> {
    return 'the same'
  }
}

/** A source of knowledge for tests: profiles by canonical (those of R4 too), code verdicts, and what references lead to. */
export class TestSource implements KnownSource {
  readonly structures = new Map<string, StructureDefinitionLike>()
  readonly targets = new Map<string, Json>()
  verdictOf: (question: CodeQuestion) => CodeVerdict | Promise<CodeVerdict> = () => ({ result: 'unknown', faults: [] })

  /** Adds structures; of one url, the last is the newest. */
  add(...structures: readonly StructureDefinitionLike[]): this {
    for (const structure of structures) {
      this.structures.set(structure.url, structure)
      if (structure.version) this.structures.set(`${structure.url}|${structure.version}`, structure)
    }
    return this
  }

  structureNow(canonical: string): StructureDefinitionLike | null {
    return (
      this.structures.get(canonical) ??
      this.structures.get(canonical.split('|')[0]!) ??
      r4Structures().get(canonical.split('|')[0]!) ??
      null
    )
  }

  async structure(canonical: string): Promise<StructureDefinitionLike | null> {
    return this.structureNow(canonical)
  }

  verdictNow(question: CodeQuestion): CodeVerdict | undefined {
    const verdict = this.verdictOf(question)
    return verdict instanceof Promise ? undefined : verdict
  }

  async verdict(question: CodeQuestion): Promise<CodeVerdict> {
    return this.verdictOf(question)
  }

  async target(reference: string): Promise<Json | null> {
    return this.targets.get(reference) ?? null
  }
}
