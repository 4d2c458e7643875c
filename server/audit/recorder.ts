import { encodeDeed } from '../../auth/audit/codec.ts'
import type { Deed } from '../../auth/audit/deed.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { AuditEntry } from '../../resources/store/audit.ts'
import type { Store } from '../../resources/store/port.ts'
import { Gathering } from './gathering.ts'

/** What keeps the record of what is done. */
export interface Recorder {
  /** Resolves when the deeds are on record. Rejects with `unavailable` where they cannot be: then nothing may be answered. */
  record(deeds: readonly Deed[]): Promise<void>
  /** Resolves when all that was handed in is on record, or cannot be. */
  close(): Promise<void>
}

/** Records of one commit at the most, and the length of their texts after which no more join. */
const MOST_ENTRIES = 1_000
const MOST_LENGTH = 4 * 1024 * 1024

/** Deeds that become durable together. */
interface Group {
  entries: AuditEntry[]
  written: Promise<void>
  settle: { resolve(): void; reject(error: Error): void }
}

/**
 * Records deeds durably: what comes in while a commit is under way goes with the next one, so that many share what it costs
 * to reach the disk.
 */
export class DurableRecorder implements Recorder {
  private readonly store: Pick<Store, 'commit'>
  private readonly gatherers = new Gathering()
  private gathering: Group | undefined
  private writing: Promise<void> | undefined

  constructor(store: Pick<Store, 'commit'>) {
    this.store = store
  }

  record(deeds: readonly Deed[]): Promise<void> {
    this.gathering ??= newGroup()
    const group = this.gathering
    this.gatherers.came()
    for (const deed of deeds) group.entries.push(...encodeDeed(deed))
    this.writing ??= this.writeAll()
    return group.written
  }

  async close(): Promise<void> {
    while (this.writing) await this.writing
  }

  private async writeAll(): Promise<void> {
    while (this.gathering) {
      const count = await this.gatherers.wait()
      const group = this.gathering
      this.gathering = undefined
      const begun = performance.now()
      await this.write(group)
      this.gatherers.committed(count, performance.now() - begun)
    }
    this.writing = undefined
  }

  private async write({ entries, settle }: Group): Promise<void> {
    try {
      for (let start = 0; start < entries.length; ) {
        const end = unitEnd(entries, start)
        await this.store.commit({ changes: [], guards: [], audit: entries.slice(start, end) })
        start = end
      }
      settle.resolve()
    } catch (error) {
      settle.reject(unrecorded(error))
    }
  }
}

/** The error that stands in place of an answer whose record cannot be written. */
export function unrecorded(cause: unknown): FhirError {
  const diagnostics = 'The audit log cannot be written at the moment, and nothing is answered that is not on record.'
  const detail = cause instanceof FhirError ? (cause.detail ?? cause.kind) : nameOf(cause)
  return new FhirError('unavailable', [{ severity: 'error', code: 'transient', diagnostics }], `audit: ${detail}`)
}

/** A message may have parts of a record in it. */
function nameOf(cause: unknown): string {
  return cause instanceof Error ? cause.name : typeof cause
}

function newGroup(): Group {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  // Who handed in nothing but what failed to become a record does not wait for it.
  promise.catch(() => undefined)
  return { entries: [], written: promise, settle: { resolve, reject } }
}

function unitEnd(entries: readonly AuditEntry[], start: number): number {
  let length = 0
  let end = start
  while (end < entries.length && end - start < MOST_ENTRIES && length < MOST_LENGTH)
    length += entries[end++]!.text.length
  return end
}
