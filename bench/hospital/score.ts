import type { Finding } from '../../him/findings.ts'
import type { Case } from './cast.ts'

/** How well a screen found what was planted. */
export interface Score {
  rule: string
  /** Planted cases that the rule is made for, and those of them that it found; by any rule, and of all cases, in `all`. */
  planted: number
  found: number
  /** What the rule found in all, and what of it is a planted case, of whichever kind. */
  findings: number
  right: number
}

/** What a rule found right, of all that it found; 1 where it found nothing. */
export function precision({ findings, right }: Score): number {
  return findings === 0 ? 1 : right / findings
}

/** What of the planted a rule found; 1 where nothing was planted. */
export function recall({ planted, found }: Score): number {
  return planted === 0 ? 1 : found / planted
}

/** Holds findings against the answer key: by rule, and overall (`all`), where a case is found that any rule found. */
export function scores(findings: readonly Finding[], cases: readonly Case[]): Score[] {
  const rules = [...new Set([...cases, ...findings].map(({ rule }) => rule))].sort()
  const scoreOf = (rule: string, found: readonly Finding[], planted: readonly Case[]): Score => ({
    rule,
    planted: planted.length,
    found: planted.filter((one) => found.some((finding) => isOf(finding, one))).length,
    findings: found.length,
    right: found.filter((finding) => cases.some((one) => isOf(finding, one))).length,
  })
  return [
    ...rules.map((rule) =>
      scoreOf(
        rule,
        findings.filter((one) => one.rule === rule),
        cases.filter((one) => one.rule === rule),
      ),
    ),
    scoreOf('all', findings, cases),
  ]
}

/** The cases that no rule found, whatever it was made for. */
export function missed(findings: readonly Finding[], cases: readonly Case[]): Case[] {
  return cases.filter((one) => !findings.some((finding) => finding.rule === one.rule && isOf(finding, one)))
}

/** Whether a finding is about a case: its user at its time, and one of its patients where both name some. */
function isOf({ subject, about, period }: Finding, { user, patients, from, to }: Case): boolean {
  if (subject !== user || !period || period.start > to || period.end < from) return false
  return (
    about.length === 0 || patients.length === 0 || about.some((one) => patients.includes(one.slice('Patient/'.length)))
  )
}
