import { type Json, type Mutation, needing } from './mutation.ts'

/** Spoils an object of a type: the invariant is told at the object, or where `at` says. */
function of(type: string, spoil: (value: Json) => unknown, at = ''): Mutation {
  return needing(type, (subject) => {
    const found = subject.place((place) => place.type === type)
    if (!found || spoil(found.value) === false) return undefined
    return [found.path + at]
  })
}

const DONE = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'entered-in-error' }],
}

/** Mutations of sense: invariants broken. */
export const SENSES: Readonly<Record<string, Mutation>> = {
  'per-1: a period that ends before it begins': of('Period', (value) => {
    Object.assign(value, { start: '2020-02-01', end: '2020-01-01' })
  }),
  'qty-3: a code of a quantity without its system': of('Quantity', (value) => {
    delete value.system
    value.code = 'mg'
  }),
  'cpt-2: a contact without its system': of('ContactPoint', (value) => {
    delete value.system
    value.value = '1'
  }),
  'att-1: data without its type': of('Attachment', (value) => {
    delete value.contentType
    value.data = 'QUJD'
  }),
  'rng-2: a range from high to low': of('Range', (value) => {
    const unit = { unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' }
    Object.assign(value, { low: { value: 2, ...unit }, high: { value: 1, ...unit } })
  }),
  'rat-1: half a ratio': of('Ratio', (value) => {
    delete value.denominator
  }),
  'tim-1: a duration without its unit': of('Timing.repeat', (value) => {
    delete value.durationUnit
    value.duration = 1
  }),
  'tim-2: a period without its unit': of('Timing.repeat', (value) => {
    delete value.periodUnit
    value.period = 1
  }),
  'tim-5: a negative period': of('Timing.repeat', (value) => {
    Object.assign(value, { period: -1, periodUnit: 'd' })
  }),
  'pat-1: a contact of nobody': of('Patient.contact', (value) => {
    for (const name of ['name', 'telecom', 'address', 'organization']) delete value[name]
    value.gender = 'other'
  }),
  'obs-6: a value, and why there is none': of('Observation', (value) => {
    if (!Object.keys(value).some((name) => name.startsWith('value'))) value.valueString = 'x'
    value.dataAbsentReason = { text: 'x' }
  }),
  'obs-3: a range of reference of nothing': of('Observation.referenceRange', (value) => {
    for (const name of ['low', 'high', 'text']) delete value[name]
    value.type = { text: 'x' }
  }),
  'obs-7: a component of the code itself': of('Observation', (value) => {
    const { coding } = value.code as { coding?: object[] }
    if (!coding || !Object.keys(value).some((name) => name.startsWith('value'))) return false
    value.component = [{ code: { coding: [coding[0]] }, valueString: 'x' }]
    return true
  }),
  'org-1: an organization without name and identifier': of('Organization', (value) => {
    delete value.name
    delete value.identifier
  }),
  'org-3: a home telephone of an organization': of(
    'Organization',
    (value) => {
      value.telecom = [{ system: 'phone', value: '1', use: 'home' }]
    },
    '.telecom[0]',
  ),
  'con-4: abated, and active': of('Condition', (value) => {
    for (const name of Object.keys(value)) if (name.startsWith('abatement')) delete value[name]
    value.abatementString = 'x'
    value.clinicalStatus = {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
    }
  }),
  'con-5: entered in error, and with a status': of('Condition', (value) => {
    if (value.clinicalStatus === undefined) return false
    value.verificationStatus = DONE
    return true
  }),
  'ait-1: an allergy without a status': of('AllergyIntolerance', (value) => {
    delete value.clinicalStatus
    delete value.verificationStatus
  }),
  'que-2: a linkId twice': of('Questionnaire', (value) => {
    const item = value.item as Json[] | undefined
    if (!item?.length) return false
    item.push({ linkId: item[0]!.linkId, text: 'x', type: 'string' })
    return true
  }),
  'que-3: a display with a code': of('Questionnaire.item', (value) => {
    for (const name of Object.keys(value)) if (name !== 'linkId') delete value[name]
    Object.assign(value, { type: 'display', text: 'x', code: [{ system: 'http://x.org', code: 'x' }] })
  }),
  'que-6: a display that is required': of('Questionnaire.item', (value) => {
    for (const name of Object.keys(value)) if (name !== 'linkId') delete value[name]
    Object.assign(value, { type: 'display', text: 'x', required: true })
  }),
  'vsd-1: an include of nothing': of('ValueSet.compose.include', (value) => {
    for (const name of Object.keys(value)) delete value[name]
    value.version = '1'
  }),
  'cmp-2: a section that is empty, and is not': of('Composition.section', (value) => {
    value.entry = [{ display: 'x' }]
    value.emptyReason = { text: 'x' }
  }),
  'app-2: an appointment without its end': of('Appointment', (value) => {
    value.start = '2020-01-01T10:00:00Z'
    delete value.end
  }),
  'ref-1 and references: a contained one that is not there': of('Reference', (value) => {
    value.reference = '#nowhere'
    delete value.type
  }),
  'lst-2: deleted in a list that is worked on': of('List', (value) => {
    const entry = value.entry as Json[] | undefined
    if (!entry?.length || value.mode === 'changes') return false
    entry[0]!.deleted = true
    return true
  }),
  'grp-1: members of a group that is none': of('Group', (value) => {
    value.actual = false
    value.member = [{ entity: { reference: 'Patient/1' } }]
  }),
  'prr-1: details of an order of nothing': of('ServiceRequest', (value) => {
    delete value.code
    value.orderDetail = [{ text: 'x' }]
  }),
  'drt-1: a duration without its system': of('Duration', (value) => {
    Object.assign(value, { value: 1, code: 'd' })
    delete value.system
  }),
  'opd-1: a parameter of no type': of('OperationDefinition.parameter', (value) => {
    for (const name of ['type', 'part', 'searchType', 'targetProfile', 'binding']) delete value[name]
  }),
}
