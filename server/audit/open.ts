import type { Store } from '../../resources/store/port.ts'
import type { Config } from '../config.ts'
import { archiveFolder } from './archive-file.ts'
import { RecorderBehind } from './behind.ts'
import { FoldedDeeds } from './folded.ts'
import { LeftDeeds } from './left-deeds.ts'
import { DurableRecorder, type Recorder } from './recorder.ts'
import { AuditUpkeep } from './upkeep.ts'

/** Where deeds go. */
export interface Recording {
  audit: Recorder
  folded: FoldedDeeds
  upkeep: AuditUpkeep
  /** Resolves when all that was handed in is on record, or cannot be. */
  close(): Promise<void>
}

/** Recording as the settings ask for it. */
export function openRecording(store: Store, { audit: how, auditYears: years, dataDir, mongoUrl }: Config): Recording {
  const durable = new DurableRecorder(store)
  const audit = how === 'full' ? durable : new RecorderBehind(durable)
  const folded = new FoldedDeeds(audit)
  const upkeep = new AuditUpkeep({ store, audit, retention: { years, folder: archiveFolder(dataDir) } })
  // On MongoDB commands write beside the servers.
  const left = mongoUrl === undefined ? new LeftDeeds(dataDir, audit) : undefined
  const close = async () => {
    await upkeep.close()
    await left?.close()
    await folded.close()
    await audit.close()
  }
  return { audit, folded, upkeep, close }
}
