import type { Severity } from '../../findings.ts'

/** What each rule is tuned by. Numbers of sittings, patients, days; shares from 0 to 1; hours of the day. */
export interface Thresholds {
  'own-record': { sittings: number }
  /** A surname is rare where no more patients have it, or no larger share of them. */
  'same-surname': { sittings: number; patients: number; share: number }
  'same-address': { sittings: number }
  /** Numbers of houses between two homes in one street. */
  neighbour: { sittings: number; houses: number }
  'co-worker': { sittings: number }
  /** `system|code` of the security labels that it is for. */
  vip: { sittings: number; labels: readonly string[] }
  /** Days after death in which a record is still worked on. */
  deceased: { sittings: number; days: number }
  /** From this hour to that one; who is there on no more than this share of the days is not one who works then. */
  'after-hours': { from: number; to: number; patients: number; usualShare: number }
  /** Hours in which an encounter of the patient has to follow. */
  'break-glass': { hours: number }
  'no-relationship': { sittings: number; days: number }
  /** Against the days of the past: standard deviations above the mean, times the mean, and share without explanation. */
  'volume-spike': { days: number; deviations: number; times: number; patients: number; share: number }
  /** So many patients within minutes, and accesses to each at the most. */
  'serial-lookups': { minutes: number; patients: number; accesses: number }
  /** Resources disclosed by one access; days with such on which it is usual. */
  'bulk-export': { resources: number; usualDays: number }
  refusals: { refusals: number }
  'ended-account': { days: number }
}

export type RuleName = keyof Thresholds

/** One rule, as the document of rules has it. */
export interface RuleSetting<Name extends RuleName = RuleName> {
  on: boolean
  severity: Severity
  title: string
  citation: string
  /** Whether it is one also where the record explains the access. */
  evenExplained?: boolean
  thresholds: Thresholds[Name]
}

/** The rules of the privacy office, as a document: JSON, checked by `rules.schema.json`. */
export interface ScreenRules {
  version: string
  title: string
  description: string
  /** Minutes without an access that end a sitting; patients of one answer beyond which it is a list, and no look at each. */
  settings: { sittingMinutes: number; listedPatients: number }
  rules: { readonly [Name in RuleName]: RuleSetting<Name> }
}
