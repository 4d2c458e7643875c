import type { Canonicals } from '../conformance/canonicals.ts'
import type { CodeVerdict } from '../validation/question.ts'
import type { Meant } from './answers.ts'
import { type Pinned, Resolving } from './compose/resolve.ts'
import type { ResolvedSet } from './compose/resolved.ts'
import type { SmallSet } from './compose/small-set.ts'
import { unpinned } from './pinned.ts'
import { Recent } from './recent.ts'
import { type ReadSystems, type SystemParts, Systems } from './systems.ts'

/** Value sets that are kept resolved, by the codes they list. */
const MOST_LISTED = 100_000

/** Verdicts that are kept. */
const MOST_VERDICTS = 20_000

/** Value sets of which it is remembered whether they are small. */
const MOST_TRIED = 10_000

/** Codes of small value sets that are kept. */
const MOST_MEMBERS = 100_000

/** Time for which a stamp counts as looked at, in ms: so old an answer may be that is given without waiting. */
const FRESH = 1000

/** What is known while definitions stay as they are. When they change, another one takes its place. */
export class Kept {
  readonly systems: Systems
  readonly verdicts = new Recent<CodeVerdict>(MOST_VERDICTS)
  readonly small = new Recent<SmallSet>(MOST_MEMBERS)
  /** Names of value sets that were looked at whether they are small. */
  readonly tried = new Recent<true>(MOST_TRIED)
  private readonly canonicals: Canonicals
  private readonly sets = new Recent<ResolvedSet>(MOST_LISTED)

  constructor(parts: SystemParts, today: string, read: ReadSystems) {
    this.canonicals = parts.canonicals
    this.systems = new Systems(parts, today, read)
  }

  /** A value set with what it is made of; undefined where it is not held. `pinned`: see `Resolving`. */
  set(meant: Meant, pinned: Pinned): Promise<ResolvedSet | undefined> {
    return new Resolving(this.canonicals, this.systems, pinned).set(meant)
  }

  /** As `set`, by its name, with systems in their usual versions; kept. */
  async usualSet(url: string, version: string | undefined, day: string | undefined): Promise<ResolvedSet | undefined> {
    const name = nameOf(url, version, day)
    const known = this.sets.get(name)
    if (known) return known
    const made = await this.set({ url, ...(version === undefined ? {} : { version }) }, unpinned(day))
    if (made) this.sets.set(name, made, weightOf(made))
    return made
  }
}

/** The name of a value set as it is on a day. */
export function nameOf(url: string, version: string | undefined, day: string | undefined): string {
  return `${url}|${version ?? ''} ${day ?? ''}`
}

function weightOf({ includes, excludes, stored }: ResolvedSet): number {
  const own = [...includes, ...excludes].map(
    ({ listed, sets }) => 1 + (listed?.size ?? 0) + sets.reduce((sum, set) => sum + weightOf(set), 0),
  )
  return own.reduce((sum, one) => sum + one, 1 + (stored?.size ?? 0))
}

/** Gives what is known, and looks first whether it is still right. */
export class Current {
  private readonly parts: SystemParts
  private readonly today: () => string
  private readonly stamp: () => Promise<string>
  private readonly read: ReadSystems
  private kept: { stamp: string; value: Kept } | undefined
  private seenAt = Number.NEGATIVE_INFINITY

  /** `stamp`: another value whenever what is kept may be wrong. */
  constructor(parts: SystemParts, today: () => string, stamp: () => Promise<string>, read: ReadSystems) {
    this.parts = parts
    this.read = read
    this.today = today
    this.stamp = stamp
  }

  async now(): Promise<Kept> {
    const today = this.today()
    // What is elsewhere changes without a sign.
    const hour = this.parts.external ? Math.floor(Date.now() / 3_600_000) : ''
    const stamp = `${today} ${hour} ${await this.stamp()}`
    if (this.kept?.stamp !== stamp) this.kept = { stamp, value: new Kept(this.parts, today, this.read) }
    this.seenAt = performance.now()
    return this.kept.value
  }

  /** What was known a moment ago; undefined where nobody has looked for a while. */
  justNow(): Kept | undefined {
    return performance.now() - this.seenAt > FRESH ? undefined : this.kept?.value
  }
}
