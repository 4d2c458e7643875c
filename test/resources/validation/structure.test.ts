import t from 'tap'
import { checkStructure } from '../../../resources/validation/structure/check.ts'

const base = {
  resourceType: 'Patient',
  id: 'p',
  name: [{ family: 'A', given: ['B', 'C'] }],
  gender: 'male',
  birthDate: '1980-02-29',
  contact: [{ name: { text: 'x' } }],
  link: [{ other: { reference: 'Patient/q' }, type: 'refer' }],
}

const faults = (change: object, text = Buffer.from('{}')) =>
  checkStructure({ ...base, ...change } as Record<string, unknown>, text).map(({ code, expression, diagnostics }) => [
    code,
    expression?.[0],
    diagnostics,
  ])

t.test('right resources have no faults', async (t) => {
  const rights: object[] = [
    {},
    { birthDate: '1980' },
    { birthDate: '1980-02' },
    { _birthDate: { extension: [{ url: 'http://x', valueDateTime: '1980-02-29T10:00:00+14:00' }] } },
    { birthDate: undefined, _birthDate: { id: 'x' } },
    { name: [{ given: [null, 'C'], _given: [{ extension: [{ url: 'x', valueCode: 'y' }] }] }] },
    { deceasedDateTime: '2020-01-01T00:00:00.123456Z' },
    { link: [{ other: { reference: 'Patient/q' }, _type: { extension: [{ url: 'x', valueString: 'y' }] } }] },
    { contained: [{ resourceType: 'Observation', status: 'final', code: { text: 'x' } }] },
    {
      extension: [{ url: 'x', valueTiming: { repeat: { boundsPeriod: { start: '2020' }, timeOfDay: ['10:00:00'] } } }],
    },
    { text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' } },
    { photo: [{ data: 'QUJD', size: 3 }] },
    { photo: [{ data: 'QU JD\nQUJD' }] },
  ]
  for (const right of rights) t.strictSame(faults(right), [], JSON.stringify(right))
})

t.test('each fault is named with its place', async (t) => {
  const wrongs: [object, string, string][] = [
    [{ shoe: 1 }, 'structure', 'Patient.shoe'],
    [{ 'sh oe': 1 }, 'structure', 'Patient'],
    [{ name: [{ shoe: 1 }] }, 'structure', 'Patient.name[0].shoe'],
    [{ gender: 'f' }, 'code-invalid', 'Patient.gender'],
    [{ gender: ['male'] }, 'structure', 'Patient.gender'],
    [{ gender: null }, 'structure', 'Patient.gender'],
    [{ gender: '' }, 'code-invalid', 'Patient.gender'],
    [{ name: { family: 'A' } }, 'structure', 'Patient.name'],
    [{ name: [] }, 'structure', 'Patient.name'],
    [{ name: [{}] }, 'structure', 'Patient.name[0]'],
    [{ name: [null] }, 'structure', 'Patient.name[0]'],
    [{ name: [{ family: 7 }] }, 'structure', 'Patient.name[0].family'],
    [{ name: [{ family: '' }] }, 'value', 'Patient.name[0].family'],
    [{ name: [{ family: '  ' }] }, 'value', 'Patient.name[0].family'],
    [{ name: [{ given: 'B' }] }, 'structure', 'Patient.name[0].given'],
    [{ name: [{ given: ['B', null] }] }, 'structure', 'Patient.name[0].given'],
    [{ name: [{ given: ['B', ['C']] }] }, 'structure', 'Patient.name[0].given[1]'],
    [{ name: [{ _given: [{ id: 'x' }, null] }] }, 'structure', 'Patient.name[0].given'],
    [{ birthDate: '1981-02-29' }, 'value', 'Patient.birthDate'],
    [{ birthDate: '1980-13-01' }, 'value', 'Patient.birthDate'],
    [{ birthDate: '80' }, 'value', 'Patient.birthDate'],
    [{ birthDate: '1980-02-29T10:00:00Z' }, 'value', 'Patient.birthDate'],
    [{ birthDate: '0000' }, 'value', 'Patient.birthDate'],
    [{ deceasedDateTime: '2020-01-01T10:00' }, 'value', 'Patient.deceasedDateTime'],
    [{ deceasedDateTime: '2020-01-01T10:00:00' }, 'value', 'Patient.deceasedDateTime'],
    [{ deceasedDateTime: '2020-01-01T25:00:00Z' }, 'value', 'Patient.deceasedDateTime'],
    [{ deceasedDateTime: '2020-01-01T10:00:00+15:00' }, 'value', 'Patient.deceasedDateTime'],
    [{ deceasedBoolean: true, deceasedDateTime: '2020' }, 'structure', 'Patient.deceasedDateTime'],
    [{ deceasedBoolean: 'true' }, 'structure', 'Patient.deceasedBoolean'],
    [{ deceased: true }, 'structure', 'Patient.deceased'],
    [{ deceasedString: 'x' }, 'structure', 'Patient.deceasedString'],
    [{ multipleBirthInteger: 1.5 }, 'structure', 'Patient.multipleBirthInteger'],
    [{ multipleBirthInteger: 3_000_000_000 }, 'value', 'Patient.multipleBirthInteger'],
    [{ link: [{ other: { reference: 'x' } }] }, 'required', 'Patient.link[0].type'],
    [{ link: [{ type: 'refer' }] }, 'required', 'Patient.link[0].other'],
    [{ communication: [{ preferred: true }] }, 'required', 'Patient.communication[0].language'],
    [{ id: 'a b' }, 'value', 'Patient.id'],
    [{ id: 'a'.repeat(65) }, 'value', 'Patient.id'],
    [{ language: ' en' }, 'value', 'Patient.language'],
    [{ implicitRules: 'a b' }, 'value', 'Patient.implicitRules'],
    [{ extension: [{ valueString: 'x' }] }, 'required', 'Patient.extension[0].url'],
    [{ extension: [{ url: 'x', valueString: 'x', valueCode: 'y' }] }, 'structure', 'Patient.extension[0].valueString'],
    [
      { extension: [{ url: 'x', valuePeriod: { start: '2020', finish: '2021' } }] },
      'structure',
      'Patient.extension[0].valuePeriod.finish',
    ],
    [{ extension: [{ url: 'x', valueUuid: 'x' }] }, 'value', 'Patient.extension[0].valueUuid'],
    [{ extension: [{ url: 'x', valueOid: 'urn:oid:3.1' }] }, 'value', 'Patient.extension[0].valueOid'],
    [{ extension: [{ url: 'x', valueTime: '24:00:00' }] }, 'value', 'Patient.extension[0].valueTime'],
    [{ extension: [{ url: 'x', valuePositiveInt: 0 }] }, 'value', 'Patient.extension[0].valuePositiveInt'],
    [{ extension: [{ url: 'x', valueBase64Binary: 'QUJ' }] }, 'value', 'Patient.extension[0].valueBase64Binary'],
    [
      { extension: [{ url: 'x', valueTiming: { repeat: { frequency: 'x' } } }] },
      'structure',
      'Patient.extension[0].valueTiming.repeat.frequency',
    ],
    [{ _gender: 'male' }, 'structure', 'Patient._gender'],
    [{ _gender: {} }, 'structure', 'Patient._gender'],
    [{ _name: [{ id: 'x' }] }, 'structure', 'Patient._name'],
    [{ contained: [{ resourceType: 'Shoe' }] }, 'structure', 'Patient.contained[0]'],
    [{ contained: [{ resourceType: 'Observation', status: 'final' }] }, 'required', 'Patient.contained[0].code'],
    [
      { contained: [{ resourceType: 'Observation', status: 'done', code: { text: 'x' } }] },
      'code-invalid',
      'Patient.contained[0].status',
    ],
    [{ contained: ['x'] }, 'structure', 'Patient.contained[0]'],
    [{ text: { status: 'generated' } }, 'required', 'Patient.text.div'],
  ]
  for (const [wrong, code, expression] of wrongs) {
    const found = faults(wrong)
    t.equal(found.length, 1, JSON.stringify(wrong))
    t.strictSame(found[0]?.slice(0, 2), [code, expression], JSON.stringify([wrong, found]))
  }
  t.match(checkStructure({ name: [] }), [{ diagnostics: /resourceType/ }])
  t.match(checkStructure({ resourceType: 'constructor' }), [{ diagnostics: /resourceType/ }])
})

t.test('all faults of a small body, the first of a large one, and never more than fifty', async (t) => {
  const many = { name: Array.from({ length: 100 }, () => ({ shoe: 1 })) }
  t.equal(faults(many).length, 50)
  t.equal(faults(many, Buffer.alloc(10_000_000)).length, 1)
  t.equal(faults({ gender: 'f', birthDate: 'x', shoe: 1 }).length, 3)
})

t.test('an issue quotes a bounded part of a value', async (t) => {
  const [[, , diagnostics] = []] = faults({ gender: 'x'.repeat(5000) })
  t.ok(String(diagnostics).length < 200)
})

t.test('an integer is written in digits alone', async (t) => {
  const of = (text: string) => {
    const resource = `{"resourceType":"Patient",${text}}`
    return checkStructure(JSON.parse(resource) as Record<string, unknown>, Buffer.from(resource)).map(
      ({ expression }) => expression?.[0],
    )
  }
  t.strictSame(of('"multipleBirthInteger":1'), [])
  t.strictSame(of('"multipleBirthInteger":-1'), [])
  t.strictSame(of('"multipleBirthInteger":1.0'), ['Patient.multipleBirthInteger'])
  t.strictSame(of('"multipleBirthInteger":1e2'), ['Patient.multipleBirthInteger'])
  t.strictSame(of('"photo":[{"size":1},{"size":2.00}]'), ['Patient.photo[1].size'])
  t.strictSame(of('"contained":[{"resourceType":"Patient","multipleBirthInteger":1.0}]'), [
    'Patient.contained[0].multipleBirthInteger',
  ])
  t.strictSame(of('"extension":[{"url":"x","valueDecimal":1.0},{"url":"1.0e","valueInteger":1}]'), [], 'decimals may')
})
