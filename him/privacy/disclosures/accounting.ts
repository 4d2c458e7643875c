import type { ReportPeriod, ReportSources } from '../access-report.ts'
import { isLabelled } from '../access-row.ts'
import { Directory } from '../directory.ts'
import { walk } from '../walk.ts'
import { Authorizations } from './authorization.ts'
import { type Disclosure, disclosureOf } from './disclosure.ts'
import { Outside } from './outside.ts'
import { suspendedFor } from './suspension.ts'

/** Disclosures to one recipient for one purpose: the first, how many there were, and the last (45 CFR 164.528(b)(3)). */
export interface AccountedDisclosure extends Disclosure {
  /** ms since 1970; the same as `at` of one. */
  last: number
}

/** Years that an accounting goes back at the most. */
const YEARS = 6

/**
 * The time that an accounting is of: what is asked for, within six years before now.
 */
export function accountedPeriod({ from, to }: ReportPeriod, now: number): { from: number; to: number } {
  const date = new Date(now)
  const earliest = date.setUTCFullYear(date.getUTCFullYear() - YEARS)
  return { from: Math.max(from ?? earliest, earliest), to }
}

/**
 * The accounting of disclosures of a patient (45 CFR 164.528), the first first. What was recorded by hand counts by when it was, not by
 * when it was recorded. As many are in memory as there are recipients and purposes.
 */
export async function accountingOf(
  patient: string,
  { from, to, now, isForOffice }: { from: number; to: number; now: number; isForOffice: boolean },
  sources: ReportSources,
): Promise<AccountedDisclosure[]> {
  const directory = new Directory(sources.searcher, sources)
  const outside = await Outside.of(patient, directory, sources)
  const judged = { ...sources, directory, outside, authorizations: new Authorizations(directory, sources) }
  const suspended = await suspendedFor(patient, now, sources)
  const groups = new Map<string, AccountedDisclosure>()
  for await (const deed of walk({ patients: [patient], from }, sources)) {
    if (!isForOffice && isLabelled(deed)) continue
    const found = await disclosureOf(deed, patient, judged)
    if (!found || found.at < from || found.at >= to) continue
    if (suspended.has(found.recipient.reference ?? '')) continue
    const key = JSON.stringify([found.recipient.key, [...found.purposes].sort()])
    const before = groups.get(key)
    groups.set(key, before ? together(before, found) : { ...found, last: found.at })
  }
  return [...groups.values()].sort((one, other) => one.at - other.at)
}

function together(before: AccountedDisclosure, next: Disclosure): AccountedDisclosure {
  const what = [...new Set([...before.what, ...next.what])]
  const at = Math.min(before.at, next.at)
  return { ...before, at, last: Math.max(before.last, next.at), what, times: before.times + next.times }
}
