import t from 'tap'
import { LABEL_RULE, labelled } from '../../../auth/labels/apply.ts'
import { SENSITIVITY } from '../../../auth/labels/known.ts'
import { parseDocument } from '../../../resources/json/parse.ts'

const CODE = '"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"B20"}]}'
const OF_RULE = `{"extension":[{"url":"${LABEL_RULE}","valueString":"hiv"}],"system":"${SENSITIVITY}","code":"HIV"}`
const OTHER = '{"system":"urn:x","code":"y"}'
const read = (text: string) => parseDocument(Buffer.from(text), 50)

t.test('a label goes into the text, and all else stays to the byte', async (t) => {
  for (const [before, after] of [
    [`{"resourceType":"Condition",${CODE}}`, `{"resourceType":"Condition","meta":{"security":[${OF_RULE}]},${CODE}}`],
    [
      `{${CODE},"resourceType":"Condition","id":"a","onsetAge":{"value":1.00}}`,
      `{${CODE},"resourceType":"Condition","id":"a","meta":{"security":[${OF_RULE}]},"onsetAge":{"value":1.00}}`,
    ],
    [
      `{"resourceType":"Condition","meta":{"source":"urn:s"},${CODE}}`,
      `{"resourceType":"Condition","meta":{"security":[${OF_RULE}],"source":"urn:s"},${CODE}}`,
    ],
    [
      `{"resourceType":"Condition","meta":{"security":[${OTHER}],"source":"urn:s"},${CODE}}`,
      `{"resourceType":"Condition","meta":{"security":[${OTHER},${OF_RULE}],"source":"urn:s"},${CODE}}`,
    ],
  ] as const) {
    const { document } = labelled({ document: read(before) })
    t.equal(document.text.toString(), after)
    t.strictSame(document.value, JSON.parse(after))
  }
})

t.test('what has its labels, or none, stays as it is', async (t) => {
  for (const text of [
    `{"resourceType":"Condition","meta":{"security":[{"system":"${SENSITIVITY}","code":"HIV"}]},${CODE}}`,
    '{"resourceType":"Condition","code":{"text":"x"}}',
    `{"resourceType":"Medication",${CODE}}`,
  ]) {
    const document = read(text)
    t.equal(labelled({ document }).document, document)
  }
})

t.test('edits that were to come are made first', async (t) => {
  const text = `{"resourceType":"Condition",${CODE},"subject":{"reference":"urn:uuid:1"}}`
  const document = { text: Buffer.from(text), value: { ...read(text).value, subject: { reference: 'Patient/1' } } }
  const start = text.indexOf('"urn:uuid:1"')
  const made = labelled({ document, edits: [{ start, end: start + '"urn:uuid:1"'.length, text: '"Patient/1"' }] })
  t.strictSame(JSON.parse(made.document.text.toString()), made.document.value)
  t.equal(made.edits, undefined)
  t.match(made.document.value, { subject: { reference: 'Patient/1' }, meta: { security: [{ code: 'HIV' }] } })
})
