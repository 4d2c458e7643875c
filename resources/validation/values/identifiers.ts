import { beginningOf } from '../../beginning.ts'
import type { Place, Run } from '../place.ts'
import { isDeaNumber, isGs1, isMbi, isNhsNumber, isNpi, isSsn } from './check-digits.ts'
import { doubtful, wrong } from './finding.ts'
import { isAbsolute } from './uris.ts'

const RULES: Readonly<Record<string, { messageId: string; is(value: string): boolean; name: string }>> = {
  'http://hl7.org/fhir/sid/us-npi': { messageId: 'identifier-npi', is: isNpi, name: 'National Provider Identifier' },
  'http://hl7.org/fhir/sid/us-ssn': { messageId: 'identifier-ssn', is: isSsn, name: 'Social Security Number' },
  'http://hl7.org/fhir/sid/us-mbi': { messageId: 'identifier-mbi', is: isMbi, name: 'Medicare Beneficiary Identifier' },
  'https://fhir.nhs.uk/Id/nhs-number': { messageId: 'identifier-nhs', is: isNhsNumber, name: 'NHS number' },
  'http://terminology.hl7.org/NamingSystem/USDEANumber': {
    messageId: 'identifier-dea',
    is: isDeaNumber,
    name: 'DEA number',
  },
  'https://www.gs1.org/gtin': {
    messageId: 'identifier-gtin',
    is: (value) => /^(?:\d{8}|\d{12,14})$/.test(value) && isGs1(value),
    name: 'GTIN',
  },
  'https://www.gs1.org/gln': {
    messageId: 'identifier-gln',
    is: (value) => /^\d{13}$/.test(value) && isGs1(value),
    name: 'GLN',
  },
}

/** Old and other names of the same systems. */
const SAME: Readonly<Record<string, string>> = {
  'urn:oid:2.16.840.1.113883.4.6': 'http://hl7.org/fhir/sid/us-npi',
  'urn:oid:2.16.840.1.113883.4.1': 'http://hl7.org/fhir/sid/us-ssn',
  'urn:oid:2.16.840.1.113883.4.927': 'http://hl7.org/fhir/sid/us-mbi',
  'http://terminology.hl7.org/NamingSystem/cmsMBI': 'http://hl7.org/fhir/sid/us-mbi',
  'urn:oid:2.16.840.1.113883.4.814': 'http://terminology.hl7.org/NamingSystem/USDEANumber',
}

/**
 * Identifier: a URI is one (R4 identifier-registry.html, urn:ietf:rfc:3986), and a number with a public form or check digit has it.
 * That one is a warning: R4 does not ask for it, and made-up numbers are common.
 */
export function checkIdentifier(place: Place, run: Run): void {
  const { system, value } = place.value as { system?: string; value?: string }
  if (system !== undefined && !isAbsolute(system))
    run.report(place, doubtful('identifier-system', `The system is no absolute URI: ${beginningOf(system)}`), 'system')
  if (system === undefined || value === undefined) return
  if (system === 'urn:ietf:rfc:3986') {
    if (!isAbsolute(value))
      run.report(place, wrong('identifier-uri', 'What urn:ietf:rfc:3986 identifies is an absolute URI.'), 'value')
    return
  }
  const name = SAME[system] ?? system
  const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined
  if (rule && !rule.is(value))
    run.report(
      place,
      doubtful(rule.messageId, `This is no ${rule.name}: its form or its check digit is wrong.`),
      'value',
    )
}
