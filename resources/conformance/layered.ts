import type { Canonical, Canonicals, Listed } from './canonicals.ts'

/**
 * Several places of definitions as one, the first that has an answer counting: what users wrote before packages, packages before
 * R4's own. Versions are chosen within a place; one that has others than the asked one alone is passed over.
 */
export class LayeredCanonicals implements Canonicals {
  private readonly layers: readonly Canonicals[]

  constructor(layers: readonly Canonicals[]) {
    this.layers = layers
  }

  async find(type: string, url: string, version?: string): Promise<Canonical | undefined> {
    for (const layer of this.layers) {
      const found = await layer.find(type, url, version)
      if (found) return found
    }
    return undefined
  }

  async list(type: string): Promise<readonly Listed[]> {
    const listed = new Map<string, Listed>()
    for (const layer of this.layers) {
      for (const one of await layer.list(type)) {
        const name = `${one.url}|${one.version ?? ''}`
        if (!listed.has(name)) listed.set(name, one)
      }
    }
    return [...listed.values()]
  }

  async stamp(): Promise<string> {
    const stamps = await Promise.all(this.layers.map((layer) => layer.stamp()))
    return JSON.stringify(stamps)
  }
}
