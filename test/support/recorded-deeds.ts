import { decodeRecord } from '../../auth/audit/codec.ts'
import type { RecordedDeed } from '../../auth/audit/deed.ts'
import type { Store } from '../../resources/store/port.ts'

const MOST = 10_000

/** All deeds that a store's audit log has, in the order of its records. */
export async function deedsOf({ audit }: Pick<Store, 'audit'>): Promise<RecordedDeed[]> {
  return (await audit.find({ keys: [] }, MOST)).map(decodeRecord)
}
