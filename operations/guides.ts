/** A package of definitions (an implementation guide) that was put in. */
export interface InstalledGuide {
  name: string
  version: string
  definitions: number
  /** For people: what it depends on and is not there, and what of it was left out. */
  warnings: readonly string[]
}

/** The packages that the server has, for a caller who may change them. On record before anything is changed. */
export interface Guides {
  /** Puts one in, from the bytes of its .tgz. Throws `invalid` for what is no package of R4; then nothing is changed. */
  install(bytes: Buffer): Promise<InstalledGuide>
  /** Throws `not-found` where there is none. */
  uninstall(name: string, version: string): Promise<void>
}
