import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes'

/** How grave a finding is: as an issue of an OperationOutcome tells it. */
export type Severity = 'error' | 'warning' | 'information'

export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'information']

/** What a rule has come to on what it was asked of. */
export interface Finding {
  /** Name of the rule. */
  rule: string
  /** Of the rules that it was judged by. */
  version: string
  /** `fail`: it is not as the rule wants it; `pass`: it is; `unknown`: what is there does not tell. */
  status: 'fail' | 'pass' | 'unknown'
  severity: Severity
  /** What it is about, as a reference: `Practitioner/1`, or the agent's name where it is no resource. */
  subject: string
  /** What else it is about, as references: `Patient/1` */
  about: readonly string[]
  /** FHIRPath to the element at fault, where it is one of a resource. */
  expression?: string
  /** For people, without content of a record. */
  message: string
  /** What the rule rests on: a law, a standard, a paper. */
  citation: string
  /** What shows it: references to AuditEvents or resources, some of them where they are many. */
  evidence: readonly string[]
  /** ms since 1970: the first and the last time that it was so. */
  period?: { start: number; end: number }
  /** How often. */
  count?: number
}

/** The gravest of some findings; `information` of none. */
export function gravest(findings: readonly Finding[]): Severity {
  return SEVERITIES.find((severity) => findings.some((finding) => finding.severity === severity)) ?? 'information'
}

/** The findings that are not as they should be, as an OperationOutcome: one that says so where there are none. */
export function outcomeOf(findings: readonly Finding[]): OperationOutcome {
  const issue = findings.filter(({ status }) => status !== 'pass').map(issueOf)
  const nothing: OperationOutcomeIssue = {
    severity: 'information',
    code: 'informational',
    diagnostics: 'Nothing was found.',
  }
  return { resourceType: 'OperationOutcome', issue: issue.length > 0 ? issue : [nothing] }
}

function issueOf({
  rule,
  version,
  severity,
  status,
  subject,
  about,
  message,
  expression,
}: Finding): OperationOutcomeIssue {
  return {
    severity,
    code: status === 'unknown' ? 'incomplete' : 'business-rule',
    details: { coding: [{ system: RULES, version, code: rule }], text: message },
    diagnostics: [subject, ...about].join(', '),
    ...(expression === undefined ? {} : { expression: [expression] }),
  }
}

/** CodeSystem of the names of rules. */
export const RULES = 'https://chartroom.invalid/fhir/CodeSystem/rule'
