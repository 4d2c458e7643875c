/** An implementation guide as it was loaded (npm-style package of FHIR). */
export interface PackageInfo {
  /** `hl7.fhir.us.core` */
  name: string
  version: string
  /** Canonical of the guide, where it names one. */
  canonical?: string
  title?: string
  fhirVersions: readonly string[]
  dependencies: Readonly<Record<string, string>>
  /** ISO 8601, when it was loaded. */
  loaded: string
  definitions: number
}

/** A definition of a package, to be stored. `text` is its JSON. */
export interface PackagedDefinition {
  type: string
  url: string
  version: string | undefined
  id: string | undefined
  name: string | undefined
  /** Of StructureDefinitions: `constraint` or `specialization`, and the type they are of. */
  derivation?: string
  ofType?: string
  text: Buffer
}

/** A definition without its text. */
export type DefinitionHead = Omit<PackagedDefinition, 'text'> & { package: string; packageVersion: string }

/** Keeps packages with their definitions, apart from the resources. All processes on the same data see what one loaded. */
export interface PackageStore {
  packages(): Promise<PackageInfo[]>
  /** Puts a package in, in the place of one of the same name and version, as one. */
  put(info: PackageInfo, definitions: AsyncIterable<PackagedDefinition> | Iterable<PackagedDefinition>): Promise<void>
  /** Whether there was one. */
  remove(name: string, version: string): Promise<boolean>
  /** All definitions of this type and url, of whatever version and package, with their text. */
  find(type: string, url: string): Promise<(PackagedDefinition & { package: string; packageVersion: string })[]>
  /** All definitions of a type without their text; StructureDefinitions of one type alone, where `ofType` is given. */
  list(type: string, ofType?: string): Promise<DefinitionHead[]>
  /** Another value whenever the packages are others. Cheap: asked with every call. */
  stamp(): Promise<string>
  close(): Promise<void>
}
