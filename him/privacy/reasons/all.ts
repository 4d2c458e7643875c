import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { appointment } from './appointment.ts'
import { careTeam } from './care-team.ts'
import { claimParty } from './claim-party.ts'
import { encounterParticipant } from './encounter-participant.ts'
import { orderer } from './orderer.ts'
import { payer } from './payer.ts'
import { performer } from './performer.ts'
import type { Reason } from './reason.ts'
import { resultRecipient } from './result-recipient.ts'
import { serviceProvider } from './service-provider.ts'
import { taskOwner } from './task-owner.ts'

/** Whole days before and after a tie that its reason holds. */
export interface Window {
  before: number
  after: number
}

/** All reasons that a record may give: those of a person before those of a department. */
export const REASONS: readonly Reason[] = [
  encounterParticipant,
  careTeam,
  orderer,
  performer,
  appointment,
  resultRecipient,
  taskOwner,
  serviceProvider,
  payer,
  claimParty,
]

const FILE = join(import.meta.dirname, '..', 'windows.json')

/** The days of each reason, by its code. Throws where one has none. */
export const WINDOWS: Readonly<Record<string, Window>> = JSON.parse(readFileSync(FILE, 'utf8'))

for (const { code } of REASONS) if (!Object.hasOwn(WINDOWS, code)) throw new Error(`${FILE} says nothing of ${code}`)

/** Types that are looked at, those first that others refer to. */
export const REASON_TYPES: readonly string[] = [
  ...new Set(['ServiceRequest', 'Coverage', ...REASONS.flatMap(({ of }) => Object.keys(of))]),
]
