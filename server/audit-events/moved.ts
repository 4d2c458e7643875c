import { encodeDeed } from '../../auth/audit/codec.ts'
import { externalEntry } from '../../auth/audit/external.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { type JsonObject, parseLossless } from '../../resources/json/lossless.ts'
import type { AuditEntry } from '../../resources/store/audit.ts'
import { type Change, CommitRefused, type Store } from '../../resources/store/port.ts'
import { indexEntries } from '../../search/index-entries.ts'
import type { LiveVersion, Search, Searcher } from '../../search/searcher.ts'
import type { LogPlace } from './place.ts'

/** AuditEvents that are moved in one commit. */
const AT_ONCE = 100

/** What became of AuditEvents in the store: `left` are too large for a record. */
export interface Moved {
  moved: number
  left: number
}

const ALL: Search = {
  type: 'AuditEvent',
  where: { kind: 'all' },
  restriction: { byType: {}, others: { kind: 'all' } },
}

/**
 * Moves the AuditEvents that an older chartroom kept as resources into the audit log: with their ids, as they were last. Each
 * leaves the store in the commit that has its record, so that it is moved once, whoever else does the same. `searcher` is that
 * of the store alone.
 */
export async function moveStoredEvents(store: Store, searcher: Searcher, place: LogPlace): Promise<Moved> {
  const result: Moved = { moved: 0, left: 0 }
  let from: string | undefined
  for (;;) {
    const { found } = await searcher.find(ALL, AT_ONCE, from)
    const last = found.at(-1)
    if (!last) return result
    const ready = (await searcher.versions(found)).flatMap((version) => entryOf(version, place) ?? [])
    if (await isCommitted(store, ready)) {
      result.moved += ready.length
      result.left += found.length - ready.length
      from = last.position
    }
  }
}

interface Ready {
  change: Change
  entry: AuditEntry
}

/** undefined of what no record has room for. */
function entryOf({ type, id, version, text }: LiveVersion, { baseUrl, parameters, zone }: LogPlace): Ready | undefined {
  const event = parseLossless(text.toString()) as JsonObject
  const entries = indexEntries(type, JSON.parse(text.toString()), baseUrl, parameters, zone)
  try {
    const entry = externalEntry({ id, event, entries }, Date.now())
    return { entry, change: { kind: 'delete', type, id, expect: { version, retry: true } } }
  } catch (error) {
    if (error instanceof FhirError && error.kind === 'too-large') return undefined
    throw error
  }
}

/** Commits, unless another process moved or changed one of them meanwhile. */
async function isCommitted(store: Store, ready: readonly Ready[]): Promise<boolean> {
  if (ready.length === 0) return true
  const own = encodeDeed({
    at: Date.now(),
    kind: 'application',
    code: 'import',
    action: 'C',
    outcome: '0',
    agent: { system: 'server' },
    type: 'AuditEvent',
    count: ready.length,
  })
  try {
    const audit = [...ready.map(({ entry }) => entry), ...own]
    await store.commit({ changes: ready.map(({ change }) => change), guards: [], audit })
    return true
  } catch (error) {
    if (error instanceof CommitRefused) return false
    throw error
  }
}
