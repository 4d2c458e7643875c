import type { Address, Organization, Practitioner } from '@medplum/fhirtypes'
import { type Directory, humanName } from '../directory.ts'
import type { ExternalAgent } from '../external-event.ts'

/** Who something was disclosed to. */
export interface Recipient {
  /** What tells recipients apart. */
  key: string
  /** `Type/id`, where it is known here. */
  reference?: string
  name: string
  /** '' where it is not known. */
  address: string
}

/** The recipient that is known here under a name (`Organization/1`); with what is known of it elsewhere. */
export async function recipientOf(
  { reference, name = '' }: Partial<ExternalAgent>,
  directory: Directory,
): Promise<Recipient> {
  if (reference === undefined) return { key: name, name: name === '' ? 'unknown' : name, address: '' }
  const found = await directory.read<Organization | Practitioner>(reference)
  const known = found?.resourceType === 'Organization' ? found.name : humanName(found?.name ?? [])
  return { key: reference, reference, name: known || name || reference, address: addressOf(found) }
}

function addressOf(found: Organization | Practitioner | undefined): string {
  const contacts =
    found?.resourceType === 'Organization' ? (found.contact ?? []).flatMap((one) => one.address ?? []) : []
  const [first] = [...(found?.address ?? []), ...contacts]
  return first === undefined ? '' : written(first)
}

function written({ text, line = [], city, state, postalCode, country }: Address): string {
  const place = [city, state, postalCode].filter((part) => part !== undefined).join(' ')
  return text ?? [...line, place, country].filter((part) => part).join(', ')
}
