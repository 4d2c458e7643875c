import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Canonical, Canonicals, Listed } from '../../resources/conformance/canonicals.ts'

type Resource = Canonical['resource']

const R4 = join(import.meta.dirname, '../../node_modules/hl7.fhir.r4.examples')

/** Definitions from a list of resources, for tests; the last of the same url and version counts. */
export class CanonicalsOf implements Canonicals {
  private readonly byName = new Map<string, Canonical[]>()
  private changes = 0

  constructor(resources: readonly Resource[] = []) {
    for (const resource of resources) this.put(resource)
  }

  /** Adds a definition, or puts it in the place of that with the same url and version. */
  put(resource: Resource): void {
    const { url, version } = resource as { url?: string; version?: string }
    if (url === undefined) return
    const name = `${resource.resourceType} ${url}`
    const others = (this.byName.get(name) ?? []).filter((one) => one.version !== version)
    const key = `${name}|${version} ${++this.changes}`
    this.byName.set(name, [...others, { resource, url, version, source: 'stored', key }])
  }

  async find(type: string, url: string, version?: string): Promise<Canonical | undefined> {
    const all = this.byName.get(`${type} ${url}`)
    if (version === undefined) return all?.at(-1)
    return all?.find((one) => one.version === version) ?? all?.findLast((one) => one.version?.startsWith(`${version}.`))
  }

  async list(type: string): Promise<readonly Listed[]> {
    return [...this.byName].flatMap(([name, all]) => (name.startsWith(`${type} `) ? all : []))
  }

  async stamp(): Promise<string> {
    return String(this.changes)
  }
}

/** The resources of types (`CodeSystem`) that R4's own package has. */
export function r4Resources(...types: string[]): Resource[] {
  return readdirSync(R4)
    .filter((name) => types.some((type) => name.startsWith(`${type}-`)))
    .map((name) => JSON.parse(readFileSync(join(R4, name), 'utf8')) as Resource)
}
