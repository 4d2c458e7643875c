import type { PairRule, UserRule } from '../rule.ts'
import { afterHours } from './after-hours.ts'
import { breakGlass } from './break-glass.ts'
import { bulkExport } from './bulk-export.ts'
import { coWorker } from './co-worker.ts'
import { deceased } from './deceased.ts'
import { endedAccount } from './ended-account.ts'
import { neighbour } from './neighbour.ts'
import { noRelationship } from './no-relationship.ts'
import { ownRecord } from './own-record.ts'
import { refusals } from './refusals.ts'
import { sameAddress } from './same-address.ts'
import { sameSurname } from './same-surname.ts'
import { serialLookups } from './serial-lookups.ts'
import { vip } from './vip.ts'
import { volumeSpike } from './volume-spike.ts'

/** All rules on a user and a patient. */
export const PAIR_RULES: readonly PairRule[] = [
  ownRecord,
  sameSurname,
  sameAddress,
  neighbour,
  coWorker,
  vip,
  deceased,
  breakGlass,
  noRelationship,
]

/** All rules on what somebody did. */
export const USER_RULES: readonly UserRule[] = [
  afterHours,
  volumeSpike,
  serialLookups,
  bulkExport,
  refusals,
  endedAccount,
]
