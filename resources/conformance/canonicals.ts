/** A definition that is named by a canonical url: StructureDefinition, ValueSet, CodeSystem, ConceptMap, NamingSystem … */
export interface Canonical {
  /** Parsed; shared between callers, who must not change it. */
  resource: Readonly<Record<string, unknown>> & { readonly resourceType: string }
  url: string
  version: string | undefined
  /** What it comes from: R4's own package, a package that was loaded, or a resource of the store. */
  source: 'r4' | 'package' | 'stored'
  /** Another one whenever its content is another: what caches go by. */
  key: string
}

/**
 * Where definitions are looked up by their canonical. Of several versions the asked one counts, else that which semantic
 * versioning (then the date, then the order they came in) has as the newest. A version of which the asked one is the
 * beginning (`4.0` of `4.0.1`) counts too, where there is none that is the same.
 */
export interface Canonicals {
  /** Undefined where it is not held. `url` has no `|version`. */
  find(type: string, url: string, version?: string): Promise<Canonical | undefined>
  /** All definitions of a type that `find` can answer with, without reading them: each once, of several layers that which counts. */
  list(type: string): Promise<readonly Listed[]>
  /** Another value whenever an answer may be another than before. */
  stamp(): Promise<string>
}

/** A definition that is held, by its names. */
export type Listed = Pick<Canonical, 'url' | 'version' | 'key'>

/** `url|version#fragment` of a canonical in its parts. */
export function canonicalParts(canonical: string): { url: string; version: string | undefined } {
  const bare = canonical.split('#', 1)[0] ?? ''
  const bar = bare.indexOf('|')
  return bar < 0 ? { url: bare, version: undefined } : { url: bare.slice(0, bar), version: bare.slice(bar + 1) }
}
