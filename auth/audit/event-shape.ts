/** FHIR R4's AuditEvent, as far as it is written here. */
export interface AuditEvent {
  resourceType: 'AuditEvent'
  id: string
  meta: { versionId: '1'; lastUpdated: string; profile?: string[] }
  extension?: Extension[]
  type: Coding
  subtype?: Coding[]
  action: string
  period?: { start: string; end: string }
  recorded: string
  outcome: string
  outcomeDesc?: string
  purposeOfEvent?: Concept[]
  agent: EventAgent[]
  source: { site: string; observer: Who; type: Coding[] }
  entity?: EventEntity[]
}

export interface Coding {
  system: string
  code: string
  display?: string
}

export interface Concept {
  coding?: Coding[]
  text?: string
}

export interface Who {
  reference?: string
  identifier?: { system?: string; value: string }
  display?: string
}

export interface EventAgent {
  type?: Concept
  role?: Concept[]
  who: Who
  altId?: string
  requestor: boolean
  policy?: string[]
  network?: { address: string; type: '1' | '2' | '5' }
  purposeOfUse?: Concept[]
}

export interface EventEntity {
  what?: Who
  type: Coding
  role?: Coding
  query?: string
}

export interface Extension {
  url: string
  extension?: Extension[]
  valueString?: string
  valueInteger?: number
}
