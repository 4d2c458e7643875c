import type { Access } from '../../auth/access.ts'
import { BREAK_GLASS } from '../../auth/purposes.ts'
import { demandGlass } from '../../operations/break-glass.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { parseDocument } from '../../resources/json/parse.ts'
import type { Call, Services } from '../call.ts'
import { patientAsked } from './patient-asked.ts'

/**
 * A read or search about one patient that is to break the glass, with the rights that it has behind it: what the operation
 * `break-glass` does was done, where the glass is not broken already. The operation itself is left as it is. `again` gives the
 * caller's rights as they are now. Throws `forbidden` for who may not, `invalid` where it is about no one patient or has no
 * reason, and what the operation throws.
 */
export async function behindGlass(
  call: Call,
  reason: string,
  again: () => Promise<Access>,
  services: Services,
): Promise<Call> {
  if (call.operation === 'break-glass') return call
  const patient = patientAsked(call, services.baseUrl)
  if (patient === undefined) {
    demandGlass(call.access)
    throw FhirError.of('invalid', ABOUT_ONE)
  }
  const isBroken = call.access.emergencies?.some((grant) => grant.patient === patient) ?? false
  if (isBroken && reason !== '') return { ...call, glassReason: reason }
  // Who may not, or has no reason, is refused by it, which is on record.
  const { error } = await services.dispatch(breaking(patient, reason, call, services))
  if (error) throw error
  return { ...call, access: await again() }
}

const ABOUT_ONE =
  'The glass is broken by a read or a search about one patient: Patient/[id], Patient/[id]/$everything, what is in its compartment, or …?patient=[id].'

function breaking(id: string, reason: string, call: Call, { config }: Services): Call {
  const { access, purposes, from, request } = call
  const parameters = {
    resourceType: 'Parameters',
    parameter: [
      ...(reason === '' ? [] : [{ name: 'reason', valueString: reason }]),
      { name: 'purpose', valueCode: BREAK_GLASS },
    ],
  }
  return {
    interaction: 'operation',
    operation: 'break-glass',
    type: 'Patient',
    id,
    access,
    ...(purposes ? { purposes } : {}),
    ...(from === undefined ? {} : { from }),
    ...(request === undefined ? {} : { request }),
    query: [],
    conditions: {},
    strict: false,
    document: parseDocument(Buffer.from(JSON.stringify(parameters)), config.maxDepth),
  }
}
