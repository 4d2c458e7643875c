import t from 'tap'
import { found, profile } from '../../../support/small-profile.ts'

t.test('cardinalities of a profile are kept', async (t) => {
  const structure = profile('Patient', [
    { path: 'Patient.name', min: 1, max: '2' },
    { path: 'Patient.photo', max: '0' },
    { path: 'Patient.deceased[x]', min: 1 },
  ])
  const right = { resourceType: 'Patient', name: [{ text: 'x' }], deceasedBoolean: false }
  t.strictSame(await found(structure, right), [])
  t.strictSame(await found(structure, { ...right, name: undefined }), ['profile-min Patient.name'])
  t.strictSame(await found(structure, { ...right, name: Array(3).fill({ text: 'x' }) }), ['profile-max Patient.name'])
  t.strictSame(await found(structure, { ...right, photo: [{ title: 'x' }] }), ['profile-max Patient.photo'])
  t.strictSame(await found(structure, { ...right, deceasedBoolean: undefined }), ['profile-min Patient.deceased'])
})

t.test('a fixed value is met exactly, a pattern by all that has it', async (t) => {
  const coding = { system: 'http://x', code: 'a' }
  const fixed = profile('Observation', [{ path: 'Observation.code', fixedCodeableConcept: { coding: [coding] } }])
  const pattern = profile('Observation', [{ path: 'Observation.code', patternCodeableConcept: { coding: [coding] } }])
  const observation = (code: object) => ({ resourceType: 'Observation', status: 'final', code })
  const extension = [{ url: 'http://y', valueString: 'z' }]
  const cases: [object, boolean, boolean][] = [
    [{ coding: [coding] }, true, true],
    [{ coding: [{ code: 'a', system: 'http://x' }] }, true, true],
    [{ coding: [coding], text: 'x' }, false, true],
    [{ coding: [{ ...coding, display: 'x' }] }, false, true],
    [{ coding: [{ code: 'b' }, coding] }, false, true],
    [{ coding: [coding], id: 'x' }, false, true],
    [{ coding: [coding], extension }, false, true],
    [{ coding: [{ code: 'a' }] }, false, false],
    [{ coding: [{ system: 'http://x', code: 'A' }] }, false, false],
    [{ text: 'a' }, false, false],
  ]
  for (const [code, exact, within] of cases) {
    const name = JSON.stringify(code)
    t.strictSame(await found(fixed, observation(code)), exact ? [] : ['profile-fixed Observation.code'], name)
    t.strictSame(await found(pattern, observation(code)), within ? [] : ['profile-pattern Observation.code'], name)
  }
  const status = profile('Observation', [{ path: 'Observation.status', fixedCode: 'final' }])
  t.strictSame(await found(status, observation({ text: 'x' })), [])
  t.strictSame(await found(status, { ...observation({ text: 'x' }), _status: { extension } }), [
    'profile-fixed Observation.status',
  ])
})

t.test('ranges and lengths are kept', async (t) => {
  const structure = profile('Patient', [
    { path: 'Patient.birthDate', minValueDate: '1900-01-01', maxValueDate: '2000' },
    { path: 'Patient.multipleBirth[x]', minValueInteger: 1, maxValueInteger: 9 },
    { path: 'Patient.implicitRules', maxLength: 5 },
  ])
  const patient = (more: object) => ({ resourceType: 'Patient', ...more })
  t.strictSame(await found(structure, patient({ birthDate: '2000-12-31' })), [])
  t.strictSame(await found(structure, patient({ birthDate: '1900' })), [])
  t.strictSame(await found(structure, patient({ birthDate: '2001' })), ['profile-max-value Patient.birthDate'])
  t.strictSame(await found(structure, patient({ birthDate: '1899-12-31' })), ['profile-min-value Patient.birthDate'])
  t.strictSame(await found(structure, patient({ multipleBirthInteger: 0 })), [
    'profile-min-value Patient.multipleBirthInteger',
  ])
  t.strictSame(await found(structure, patient({ multipleBirthInteger: 9 })), [])
  t.strictSame(await found(structure, patient({ multipleBirthBoolean: true })), [])
  t.strictSame(await found(structure, patient({ implicitRules: 'abcdé' })), [])
  t.strictSame(await found(structure, patient({ implicitRules: 'abcdef' })), [
    'profile-max-length Patient.implicitRules',
  ])
})
