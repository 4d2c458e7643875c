import type { Canonical, Canonicals, Listed } from './canonicals.ts'

/**
 * Definitions without those that another place has under the same canonical: who may write a ValueSet must not decide what R4's
 * own says, by which everybody's writes are judged. A version that the other place lacks is theirs.
 */
export class UnrivalledCanonicals implements Canonicals {
  private readonly those: Canonicals
  private readonly settled: Canonicals

  /** `those` without what is in `settled`. */
  constructor(those: Canonicals, settled: Canonicals) {
    this.those = those
    this.settled = settled
  }

  async find(type: string, url: string, version?: string): Promise<Canonical | undefined> {
    if (await this.settled.find(type, url, version)) return undefined
    return this.those.find(type, url, version)
  }

  async list(type: string): Promise<readonly Listed[]> {
    return this.those.list(type)
  }

  async stamp(): Promise<string> {
    return JSON.stringify([await this.those.stamp(), await this.settled.stamp()])
  }
}
