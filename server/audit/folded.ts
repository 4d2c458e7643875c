import type { Deed } from '../../auth/audit/deed.ts'
import type { Recorder } from './recorder.ts'

/** What is told of a deed that is folded with others like it. */
export type FoldedDeed = Pick<Deed, 'kind' | 'code' | 'action' | 'outcome' | 'told' | 'agent' | 'from'>

/** What of a deed is told where it is folded. */
export function foldable({ kind, code, action, outcome, told, agent, from }: Deed): FoldedDeed {
  return {
    kind,
    code,
    action,
    outcome,
    agent,
    ...(told === undefined ? {} : { told }),
    ...(from === undefined ? {} : { from }),
  }
}

/** ms in which what is alike becomes one record. */
const MINUTE = 60_000

/** Records of one minute: what is unlike all of them is then told apart by what it was alone. */
const MOST = 1_000

/** What is told in place of the addresses where there were too many. */
const MANY = 'many addresses'

/**
 * What anybody can do as often as he likes without being let in: refused requests, failed sign-ins, looks at `metadata`. What is
 * alike within a minute (address, agent, what it was) is one record with `times`, so that nobody fills the disk with them.
 * It is on record when the minute is over: a process that is killed loses what it held.
 */
export class FoldedDeeds {
  /** Is told when they cannot be recorded; they are kept for the next minute then. */
  onFailure: (error: unknown) => void = () => undefined
  private readonly recorder: Pick<Recorder, 'record'>
  private readonly period: number
  private held = new Map<string, Deed>()
  private timer: NodeJS.Timeout | undefined

  constructor(recorder: Pick<Recorder, 'record'>, period: number = MINUTE) {
    this.recorder = recorder
    this.period = period
  }

  /** Takes what was done just now. */
  add(deed: FoldedDeed): void {
    this.hold({ ...deed, at: Date.now() })
    this.timer ??= setTimeout(() => void this.flush(), this.period).unref()
  }

  /** Records all that is held. */
  async flush(): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    const deeds = [...this.held.values()]
    this.held = new Map()
    if (deeds.length === 0) return
    try {
      await this.recorder.record(deeds)
    } catch (error) {
      for (const deed of deeds) this.hold(deed)
      this.timer ??= setTimeout(() => void this.flush(), this.period).unref()
      this.onFailure(error)
    }
  }

  /** Records what is held, for the last time; what cannot be is lost. */
  async close(): Promise<void> {
    await this.flush()
    clearTimeout(this.timer)
  }

  private hold(deed: Deed): void {
    const own = nameOf(deed)
    const kept = this.held.has(own) || this.held.size < MOST ? deed : ofMany(deed)
    const name = nameOf(kept)
    const times = deed.times ?? 1
    const before = this.held.get(name)
    if (before) before.times = (before.times ?? 1) + times
    else this.held.set(name, { ...kept, times })
  }
}

function nameOf({ kind, code, action, outcome, told, agent, from }: Deed): string {
  return JSON.stringify([kind, code, action, outcome, told, agent, from])
}

function ofMany({ from: _, told = '', ...deed }: Deed): Deed {
  const words = told.endsWith(MANY) ? told : [told, MANY].filter(Boolean).join('; ')
  return { ...deed, agent: {}, told: words }
}
