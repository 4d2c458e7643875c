import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DeedAction, DeedPart, RecordedDeed } from './deed.ts'
import type { Coding } from './event-shape.ts'

/** DICOM's codes with their names, and which stand for what was done apart from the FHIR API: type, then subtype. */
const CODES: { dicom: Readonly<Record<string, string>>; deeds: Readonly<Record<string, readonly string[]>> } =
  JSON.parse(readFileSync(join(import.meta.dirname, 'event-codes.json'), 'utf8'))

/** What tells codes of `Deed.code` in AuditEvent.subtype. */
export const DEED_SYSTEM = 'https://chartroom.invalid/fhir/CodeSystem/audit-deed'

const INTERACTION = 'http://hl7.org/fhir/restful-interaction'
const PROFILE = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.'

/** A code of DICOM's, with its name. */
export function dicom(code: string): Coding {
  return { system: 'http://dicom.nema.org/resources/ontology/DCM', code, display: CODES.dicom[code]! }
}

/** How an event is told: the profiles of IHE BALP name its slices by these. */
export type Manner = 'Read' | 'Query' | 'Create' | 'Update' | 'Delete' | 'disclosure' | 'other'

/** What an event is by its codes. */
export interface Kind {
  manner: Manner
  type: Coding
  subtype: Coding[]
  action: DeedAction
}

/** Interactions that an action is told as: the first, or what was asked for where it is another one of them. */
const OF_ACTION: Readonly<Record<DeedAction, { manner: Manner; alike: readonly string[] }>> = {
  C: { manner: 'Create', alike: ['create'] },
  R: { manner: 'Read', alike: ['read', 'vread'] },
  U: { manner: 'Update', alike: ['update', 'patch'] },
  D: { manner: 'Delete', alike: ['delete'] },
  E: { manner: 'other', alike: [] },
}

/** What a part of a deed, or a deed as a whole, is as an event. */
export function kindOf({ kind, code, action }: RecordedDeed, part: DeedPart | undefined): Kind {
  if (kind === 'rest') return restful(code, part?.action ?? action)
  const own = { system: DEED_SYSTEM, code }
  if (kind === 'operation')
    return { manner: 'other', type: REST, subtype: [interaction('operation'), own], action: 'E' }
  if (code === 'export') return { manner: 'disclosure', type: dicom('110106'), subtype: [DISCLOSE, own], action: 'R' }
  const [type = '110100', ...subtypes] = Object.hasOwn(CODES.deeds, code) ? CODES.deeds[code]! : []
  return { manner: 'other', type: dicom(type), subtype: [...subtypes.map(dicom), own], action }
}

/** Searches are executed, as BALP has it. What a transaction did to a resource is told as what does that alone. */
function restful(code: string, action: DeedAction): Kind {
  const type = REST
  if (code.startsWith('search')) return { manner: 'Query', type, subtype: [interaction(code)], action: 'E' }
  const { manner, alike } = OF_ACTION[action]
  const asked = interaction(code)
  // Of a history or the capabilities BALP has no profile.
  const other = manner === 'other' || (manner === 'Read' && !WHOLE.has(code) && !alike.includes(code))
  if (other) return { manner: 'other', type, subtype: [asked], action }
  // An update may create.
  return { manner, type, subtype: alike.includes(code) ? [asked] : [interaction(alike[0]!), asked], action }
}

const WHOLE = new Set(['transaction', 'batch'])

/** The profile that an event keeps to: of what went well alone, and of those that are about a patient another. */
export function profileOf(manner: Manner, ofPatient: boolean): string | undefined {
  if (manner === 'other') return undefined
  if (manner === 'disclosure') return ofPatient ? `${PROFILE}PrivacyDisclosure.Source` : undefined
  return `${PROFILE}${ofPatient ? 'Patient' : ''}${manner}`
}

/** The profile of what was done by an access token. */
export const TOKEN_USE = `${PROFILE}OAUTHaccessTokenUse.Comprehensive`

const REST: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
  code: 'rest',
  display: 'Restful Operation',
}

const DISCLOSE: Coding = { system: 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle', code: 'disclose' }

function interaction(code: string): Coding {
  return { system: INTERACTION, code }
}

/** The codes of deeds that a code of DICOM's, or the like, stands for in AuditEvent.type or subtype. */
export function deedCodes(code: string): string[] {
  if (code === DISCLOSE.code) return ['export']
  return Object.keys(CODES.deeds).filter((deed) => CODES.deeds[deed]!.includes(code))
}
