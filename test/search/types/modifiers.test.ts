import t from 'tap'
import { finds } from '../../support/criteria.ts'

const LONG = 'a'.repeat(1025)
const OBSERVATION = {
  resourceType: 'Observation',
  code: { coding: [{ system: 'http://loinc.org', code: '8480-6', display: 'Systolic Pressure' }], text: 'Blutdrück' },
  subject: { identifier: { system: 'http://mrn', value: '42' } },
  performer: [{ display: 'Dr. Who' }],
  specimen: { reference: '#s' },
}
const TEXT_ONLY = { resourceType: 'Observation', code: { text: 'headache' } }
const MR = 'http://terminology.hl7.org/CodeSystem/v2-0203'
const PATIENT = {
  resourceType: 'Patient',
  gender: 'male',
  name: [{ family: 'Østergård, J|r', given: ['Zoë'] }],
  identifier: [
    { system: 'http://mrn', value: '446053', type: { coding: [{ system: MR, code: 'MR' }], text: 'Record number' } },
    { system: 'http://ssn', value: '999', type: { coding: [{ system: MR, code: 'SS' }] } },
  ],
}
const valueSet = (url: string) => ({ resourceType: 'ValueSet', url })
const ACME = valueSet('http://acme.org/fhir/ValueSet/123')

const ROWS: [rule: string, resource: Parameters<typeof finds>[0], query: string, found: boolean | 400][] = [
  ['token :text: CodeableConcept.text, folded', OBSERVATION, 'code:text=BLUTDRUCK', true],
  ['token :text: Coding.display', OBSERVATION, 'code:text=systolic', true],
  ['token :text: starts with', OBSERVATION, 'code:text=pressure', false],
  ['token :text: no code', OBSERVATION, 'code:text=8480-6', false],
  ['token :text: Identifier.type.text', PATIENT, 'identifier:text=record', true],
  ['token :text: alternatives', OBSERVATION, 'code:text=x,systolic', true],
  ['token :text: 1,025 characters', OBSERVATION, `code:text=${LONG}`, 400],
  ['token :not', PATIENT, 'gender:not=female', true],
  ['token :not', PATIENT, 'gender:not=male', false],
  ['token :not: what is missing is not it', { resourceType: 'Patient' }, 'gender:not=male', true],
  ['token :of-type', PATIENT, `identifier:of-type=${MR}|MR|446053`, true],
  ['token :of-type: the type of another', PATIENT, `identifier:of-type=${MR}|SS|446053`, false],
  ['token :of-type: another value', PATIENT, `identifier:of-type=${MR}|MR|999`, false],
  ['token :of-type: all three parts', PATIENT, 'identifier:of-type=MR|446053', 400],
  ['token :of-type: all three parts', PATIENT, `identifier:of-type=${MR}|MR|`, 400],
  ['token :of-type: all three parts', PATIENT, `identifier:of-type=|MR|446053`, 400],
  ['token :of-type: no more', PATIENT, `identifier:of-type=${MR}|MR|446053|x`, 400],
  ['token :in is refused', OBSERVATION, 'code:in=http://x/ValueSet/1', 400],
  ['token :not-in is refused', OBSERVATION, 'code:not-in=http://x/ValueSet/1', 400],
  ['token :above is refused', OBSERVATION, 'code:above=http://loinc.org|8480-6', 400],
  ['token :below is refused', OBSERVATION, 'code:below=http://loinc.org|8480-6', 400],
  ['token :exact is none', OBSERVATION, 'code:exact=8480-6', 400],
  ['token :missing', OBSERVATION, 'code:missing=false', true],
  ['token :missing: a text counts', TEXT_ONLY, 'code:missing=false', true],
  ['token :missing: a text counts', TEXT_ONLY, 'code:missing=true', false],
  ['token :missing', { resourceType: 'Observation' }, 'code:missing=true', true],
  ['reference :identifier', OBSERVATION, 'subject:identifier=http://mrn|42', true],
  ['reference :identifier', OBSERVATION, 'subject:identifier=42', true],
  ['reference :identifier', OBSERVATION, 'subject:identifier=http://mrn|', true],
  ['reference :identifier', OBSERVATION, 'subject:identifier=http://ssn|42', false],
  ['reference :identifier is no reference', OBSERVATION, 'subject=42', false],
  ['reference :identifier of nothing', OBSERVATION, 'subject:identifier=|', 400],
  ['reference :missing: an identifier counts', OBSERVATION, 'subject:missing=false', true],
  ['reference :missing: a display counts', OBSERVATION, 'performer:missing=true', false],
  ['reference :missing: a contained resource counts', OBSERVATION, 'specimen:missing=true', false],
  ['reference :missing', OBSERVATION, 'encounter:missing=true', true],
  ['reference to a fragment is refused', OBSERVATION, 'specimen=%23s', 400],
  ['reference :exact is none', OBSERVATION, 'subject:exact=42', 400],
  ['string: folded, starts with', PATIENT, 'given=ZOE', true],
  ['string: escapes', PATIENT, 'family=Østergård\\, J\\|r', true],
  ['string :exact', PATIENT, 'given:exact=Zoë', true],
  ['string :exact', PATIENT, 'given:exact=zoë', false],
  ['string :exact: the whole', PATIENT, 'given:exact=Zo', false],
  ['string :contains', PATIENT, 'family:contains=TERGARD', true],
  ['string :text is refused', PATIENT, 'family:text=x', 400],
  ['string :missing', PATIENT, 'family:missing=false', true],
  ['string :missing', PATIENT, 'address:missing=true', true],
  ['uri: to the letter', ACME, 'url=http://acme.org/fhir/ValueSet/123', true],
  ['uri: to the letter', ACME, 'url=http://acme.org/fhir', false],
  ['uri :below', ACME, 'url:below=http://acme.org/fhir', true],
  ['uri :below: with a slash', ACME, 'url:below=http://acme.org/fhir/', true],
  ['uri :below: itself', ACME, 'url:below=http://acme.org/fhir/ValueSet/123', true],
  ['uri :below: whole segments', ACME, 'url:below=http://acme.org/fhi', false],
  ['uri :below: whole segments', ACME, 'url:below=http://acme.org/fhir/ValueSet/12', false],
  ['uri :below: case', ACME, 'url:below=http://acme.org/FHIR', false],
  ['uri :above', ACME, 'url:above=http://acme.org/fhir/ValueSet/123/_history/5', true],
  ['uri :above: itself', ACME, 'url:above=http://acme.org/fhir/ValueSet/123', true],
  ['uri :above: whole segments', ACME, 'url:above=http://acme.org/fhir/ValueSet/1234', false],
  ['uri :above: what is below is not above', ACME, 'url:above=http://acme.org/fhir', false],
  ['uri :below is for URLs', valueSet('urn:oid:1.2.3'), 'url:below=urn:oid:1.2', 400],
  ['uri :above is for URLs', valueSet('urn:oid:1.2.3'), 'url:above=urn:oid:1.2.3.4', 400],
  ['uri :exact is none', ACME, 'url:exact=http://acme.org', 400],
  ['uri :missing', ACME, 'url:missing=false', true],
  [':missing takes true or false', ACME, 'url:missing=1', 400],
  ['no such modifier', PATIENT, 'gender:__proto__=male', 400],
  ['no such modifier', PATIENT, 'gender:constructor=male', 400],
  ['an empty modifier', PATIENT, 'gender:=male', 400],
  ['two modifiers', PATIENT, 'family:exact:contains=x', 400],
  ['commas alone', PATIENT, 'family=,,', 400],
]

for (const [rule, resource, query, found] of ROWS) {
  t.test(`R4 search 3.1.1.4.5 ${rule}: ${query.slice(0, 80)}`, async (t) => t.equal(finds(resource, query), found))
}
