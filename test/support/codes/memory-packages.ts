import type {
  DefinitionHead,
  PackagedDefinition,
  PackageInfo,
  PackageStore,
} from '../../../resources/store/packages.ts'

/** A store of packages for tests of what fills it. */
export class MemoryPackages implements PackageStore {
  readonly held: { info: PackageInfo; definitions: PackagedDefinition[] }[] = []

  async packages(): Promise<PackageInfo[]> {
    return this.held.map(({ info }) => info)
  }

  async put(
    info: PackageInfo,
    definitions: AsyncIterable<PackagedDefinition> | Iterable<PackagedDefinition>,
  ): Promise<void> {
    const all: PackagedDefinition[] = []
    for await (const definition of definitions) all.push(definition)
    await this.remove(info.name, info.version)
    this.held.push({ info, definitions: all })
  }

  async remove(name: string, version: string): Promise<boolean> {
    const at = this.held.findIndex(({ info }) => info.name === name && info.version === version)
    return at >= 0 && this.held.splice(at, 1).length > 0
  }

  async *definitions(name: string, version: string): AsyncGenerator<PackagedDefinition> {
    yield* this.held.find(({ info }) => info.name === name && info.version === version)?.definitions ?? []
  }

  async find(type: string, url: string) {
    return this.held.flatMap(({ info, definitions }) =>
      definitions
        .filter((one) => one.type === type && one.url === url)
        .map((one) => ({ ...one, package: info.name, packageVersion: info.version, key: keyOf(info, one) })),
    )
  }

  async list(type: string): Promise<DefinitionHead[]> {
    return this.held.flatMap(({ info, definitions }) =>
      definitions
        .filter((one) => one.type === type)
        .map(({ text: _, ...head }) => ({
          ...head,
          package: info.name,
          packageVersion: info.version,
          key: keyOf(info, head),
        })),
    )
  }

  async stamp(): Promise<string> {
    return JSON.stringify(this.held.map(({ info }) => info))
  }

  async close(): Promise<void> {}

  /** A definition, parsed. */
  definition(url: string): Record<string, unknown> | undefined {
    const found = this.held.flatMap(({ definitions }) => definitions).find((one) => one.url === url)
    return found && (JSON.parse(found.text.toString('utf8')) as Record<string, unknown>)
  }
}

function keyOf(
  { name, version, loaded }: PackageInfo,
  { type, url }: Pick<PackagedDefinition, 'type' | 'url'>,
): string {
  return [name, version, loaded, type, url].join(' ')
}
