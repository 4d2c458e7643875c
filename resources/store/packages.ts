/** An implementation guide as it was loaded (npm-style package of FHIR). */
export interface PackageInfo {
  /** `hl7.fhir.us.core` */
  name: string
  version: string
  /** Canonical of the guide, where it names one. */
  canonical?: string
  title?: string
  fhirVersions: readonly string[]
  /** Versions by names, as the package tells them. */
  dependencies: Readonly<Record<string, string>>
  /** ISO 8601, when it was loaded. */
  loaded: string
  /** How many there are; of what is put in, it is counted. */
  definitions: number
}

/** A definition of a package, to be stored. `text` is its JSON. */
export interface PackagedDefinition {
  type: string
  url: string
  version: string | undefined
  id: string | undefined
  name: string | undefined
  /** When it was last changed (`2024-05-08`, or with a time), where it tells. */
  date?: string
  /** Of StructureDefinitions: `constraint` or `specialization`, and the type they are of. */
  derivation?: string
  ofType?: string
  text: Buffer
}

/** A definition without its text. */
export type DefinitionHead = Omit<PackagedDefinition, 'text'> & {
  package: string
  packageVersion: string
  /** Another one for each that was ever put in: what caches go by. */
  key: string
}

/** A definition as it is held. */
export type HeldDefinition = DefinitionHead & Pick<PackagedDefinition, 'text'>

/** Keeps packages with their definitions, apart from the resources. All processes on the same data see what one loaded. */
export interface PackageStore {
  /** In the order in which they were loaded. */
  packages(): Promise<PackageInfo[]>
  /**
   * Puts a package in, in the place of one of the same name and version, as one: readers see all of the old or all of the new.
   * What `definitions` throws is thrown, and nothing changed. Rejects with FhirError `unavailable` where others keep writing.
   */
  put(info: PackageInfo, definitions: AsyncIterable<PackagedDefinition> | Iterable<PackagedDefinition>): Promise<void>
  /** Whether there was one. */
  remove(name: string, version: string): Promise<boolean>
  /** All definitions of a package with their text, in the order in which they were put in; none where there is no such package. */
  definitions(name: string, version: string): AsyncIterable<PackagedDefinition>
  /** All definitions of this type and url, of whatever version and package, with their text; those of packages that were loaded first come first. */
  find(type: string, url: string): Promise<HeldDefinition[]>
  /** All definitions of a type without their text, in the same order; StructureDefinitions of one type alone, where `ofType` is given. */
  list(type: string, ofType?: string): Promise<DefinitionHead[]>
  /** Another value whenever the packages are others: of this process at once, of others soon. Cheap: asked with every call. */
  stamp(): Promise<string>
  close(): Promise<void>
}
