import { randomBytes } from 'node:crypto'
import type { Collection, Db } from 'mongodb'
import { NO_HASH } from '../audit-hash.ts'
import { CHAINS, type ChainDocument } from './audit-document.ts'

/** A chain of this process, as it ends. */
export interface Lane {
  readonly chain: string
  /** Of its last record; 0 and `NO_HASH` where there is none yet. */
  number: number
  hash: string
  /** When that was recorded, and the first, in ms since 1970. */
  recorded: number
  begun: number
}

const LIMITED = { maxTimeMS: 3_000 }

/** For how long none that others have left is looked for where there was none, in ms. */
const NONE_FOR = 10 * 60_000

const CHAIN_DIGITS = 8

/** Lanes that are taken at once; whoever comes then waits, before he begins anything that others might wait for. */
const MOST = 64

/**
 * The chains that this process may go on with. Whoever has taken one is alone with it until it is known how far it goes; one of
 * which that cannot be known is given up, and stays as it is for ever.
 */
export class Lanes {
  private readonly heads: Collection<ChainDocument>
  private readonly free: Lane[] = []
  private noneUntil = 0
  private taken = 0
  private readonly waiting: (() => void)[] = []

  constructor(database: Db) {
    this.heads = database.collection(CHAINS)
  }

  /** One of this process, one that another has left behind, or a new one. Whoever takes it gives it back, or gives it up. */
  async take(): Promise<Lane> {
    if (this.taken < MOST) this.taken++
    else await new Promise<void>((resolve) => this.waiting.push(resolve))
    return this.free.pop() ?? (await this.claim()) ?? newLane()
  }

  /** Takes back a lane of which the end is known. */
  give(lane: Lane): void {
    // Of a new one nobody knows yet, and there may be others to go on with.
    if (lane.number > 0) this.free.push(lane)
    this.giveUp()
  }

  /** To be called of a lane that is not given back: another may be taken. */
  giveUp(): void {
    const next = this.waiting.shift()
    if (next) next()
    else this.taken--
  }

  /** Whether a chain ends so in the store, with all that is before its head. Rejects where that cannot be told. */
  async isKept({ chain, number, hash }: Lane): Promise<boolean> {
    const found = await this.heads.findOne({ _id: chain, n: number }, LIMITED)
    return found?.h?.toString('hex') === hash
  }

  /** Leaves all that are free to processes to come. Never throws: at worst they stay as they are. */
  async leave(): Promise<void> {
    const chains = this.free.splice(0).map(({ chain }) => chain)
    if (chains.length === 0) return
    await this.heads.updateMany({ _id: { $in: chains } }, { $set: { f: true } }, LIMITED).catch(() => undefined)
  }

  /** Whoever takes the mark off has it; records of a chain never go back in time, whatever its process before took for now. */
  private async claim(): Promise<Lane | undefined> {
    const now = Date.now()
    if (now < this.noneUntil) return undefined
    const left = { f: true, t: { $lte: now } } as const
    const found = await this.heads.findOneAndUpdate(left, { $unset: { f: '' } }, LIMITED).catch(() => undefined)
    if (!found?.n || !found.h) {
      this.noneUntil = now + NONE_FOR
      return undefined
    }
    return { chain: found._id, number: found.n, hash: found.h.toString('hex'), recorded: found.t, begun: found.b }
  }
}

function newLane(): Lane {
  const digits = randomBytes(8).readBigUInt64BE().toString(36).padStart(CHAIN_DIGITS, '0')
  return { chain: digits.slice(-CHAIN_DIGITS), number: 0, hash: NO_HASH, recorded: 0, begun: 0 }
}
