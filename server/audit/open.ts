import type { Store } from '../../resources/store/port.ts'
import type { Config } from '../config.ts'
import { RecorderBehind } from './behind.ts'
import { DurableRecorder, type Recorder } from './recorder.ts'

/** The recorder that the settings ask for. */
export function openRecorder(store: Pick<Store, 'commit'>, { audit }: Pick<Config, 'audit'>): Recorder {
  const durable = new DurableRecorder(store)
  return audit === 'full' ? durable : new RecorderBehind(durable)
}
