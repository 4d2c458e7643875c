/** A Consent as far as it is looked at (R4 Consent); its structure was checked when it was written. */
export interface Consent {
  resourceType?: unknown
  status?: string
  scope?: CodeableConcept
  patient?: Reference
  policyRule?: CodeableConcept
  provision?: Provision
  modifierExtension?: unknown
}

export interface Provision {
  type?: string
  period?: Period
  actor?: { role?: CodeableConcept; reference?: Reference }[]
  action?: CodeableConcept[]
  securityLabel?: Coding[]
  purpose?: Coding[]
  class?: Coding[]
  code?: CodeableConcept[]
  dataPeriod?: Period
  data?: { meaning?: string; reference?: Reference }[]
  provision?: Provision[]
  modifierExtension?: unknown
}

export interface Coding {
  system?: string
  code?: string
}

export interface CodeableConcept {
  coding?: Coding[]
}

export interface Reference {
  reference?: string
  identifier?: { value?: string }
}

export interface Period {
  start?: string
  end?: string
}
