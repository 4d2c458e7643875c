import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { instantOf } from '../../../resources/dates.ts'
import type { Column, ParameterPart, Sheet } from '../../sheet/sheet.ts'
import type { ReportPeriod } from '../access-report.ts'
import { periodFacts } from '../access-sheet.ts'
import type { AccountedDisclosure } from './accounting.ts'

const SYSTEM = 'http://terminology.hl7.org/CodeSystem/v3-ActReason'

/** Purposes of use in words, by their code. */
const WORDS: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'purpose-words.json'), 'utf8'),
)

const COLUMNS: readonly Column<AccountedDisclosure>[] = [
  { name: 'date', title: 'Date (UTC)', text: ({ at }) => dayOf(at) },
  { name: 'recipient', title: 'Recipient', text: ({ recipient }) => recipient.name },
  { name: 'address', title: 'Address', text: ({ recipient }) => recipient.address },
  { name: 'what', title: 'What', text: ({ what }) => what.join(', ') },
  { name: 'purpose', title: 'Purpose', text: ({ purposes }) => purposes.map(purposeWords).join(', ') },
  { name: 'times', title: 'Times', text: ({ times }) => String(times) },
  { name: 'last', title: 'Last (UTC)', text: ({ times, last }) => (times > 1 ? dayOf(last) : '') },
]

/** An accounting of disclosures as a sheet. */
export function accountingSheet(
  patient: string,
  period: ReportPeriod,
  accounting: readonly AccountedDisclosure[],
): Sheet<AccountedDisclosure> {
  return {
    title: `Accounting of disclosures of Patient/${patient}`,
    facts: [{ name: 'patient', title: 'Patient', value: `Patient/${patient}` }, ...periodFacts(period)],
    columns: COLUMNS,
    rowName: 'disclosure',
    parts,
    rows: each(accounting),
    ends: () => [{ name: 'total', title: 'Disclosures', value: accounting.reduce((sum, { times }) => sum + times, 0) }],
  }
}

async function* each<R>(rows: readonly R[]): AsyncGenerator<R> {
  yield* rows
}

function parts({ at, last, times, recipient, what, purposes }: AccountedDisclosure): ParameterPart[] {
  const { reference, name, address } = recipient
  const pointer = { ...(reference === undefined ? {} : { reference }), display: name }
  return [
    { name: 'date', valueInstant: instantOf(at) },
    { name: 'recipient', valueReference: pointer },
    { name: 'address', valueString: address },
    ...what.map((one) => ({ name: 'what', valueString: one })),
    ...purposes.map((code) => ({ name: 'purpose', valueCoding: { system: SYSTEM, code, display: WORDS[code] } })),
    { name: 'times', valueInteger: times },
    ...(times > 1 ? [{ name: 'last', valueInstant: instantOf(last) }] : []),
  ]
}

function purposeWords(code: string): string {
  return Object.hasOwn(WORDS, code) ? WORDS[code]! : code
}

function dayOf(at: number): string {
  return instantOf(at).slice(0, 10)
}
