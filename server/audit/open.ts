import type { Store } from '../../resources/store/port.ts'
import type { Config } from '../config.ts'
import { RecorderBehind } from './behind.ts'
import { FoldedDeeds } from './folded.ts'
import { DurableRecorder, type Recorder } from './recorder.ts'

/** Where deeds go. */
export interface Recording {
  audit: Recorder
  folded: FoldedDeeds
  /** Resolves when all that was handed in is on record, or cannot be. */
  close(): Promise<void>
}

/** Recording as the settings ask for it. */
export function openRecording(store: Pick<Store, 'commit'>, { audit: how }: Pick<Config, 'audit'>): Recording {
  const durable = new DurableRecorder(store)
  const audit = how === 'full' ? durable : new RecorderBehind(durable)
  const folded = new FoldedDeeds(audit)
  const close = async () => {
    await folded.close()
    await audit.close()
  }
  return { audit, folded, close }
}
