import t from 'tap'
import { type Named, openWorld } from '../support/world.ts'

const code = (value: string) => ({ coding: [{ system: 'http://c', code: value }] })
const on = (id: string) => ({ reference: `Patient/${id}` })
const observation = (id: string, value: string, more: object = {}): Named => ({
  resourceType: 'Observation',
  id,
  code: code(value),
  ...more,
})
const maker = (id: string, name: string) => ({ resourceType: 'Organization', id, name })

const RESOURCES: Named[] = [
  { resourceType: 'Patient', id: 'p', gender: 'female' },
  { resourceType: 'Patient', id: 'q', gender: 'male', contained: [maker('o', 'Clinic'), maker('o', 'Twice')] },
  maker('o', 'Clinic'),
  // Contains one of its own type, and meets what that meets.
  observation('1', 'a', { subject: on('p'), contained: [observation('x', 'a'), observation('y', 'b')] }),
  observation('2', 'c', { subject: on('q'), contained: [observation('x', 'a', { subject: on('p') })] }),
  observation('3', 'a', { subject: on('p') }),
  {
    resourceType: 'DiagnosticReport',
    id: 'r',
    subject: on('q'),
    contained: [
      observation('x', 'b', { valueQuantity: { value: 5, unit: 'g' }, subject: on('q') }),
      { resourceType: 'Observation', code: code('a') },
      { resourceType: 'Nothing', id: 'x' },
      { ...maker('deep', 'Clinic'), contained: [maker('deeper', 'Clinic')] },
    ],
  },
  { resourceType: 'Basic', id: 'none', contained: [] },
]

const CONTAINED = { both: false, gives: 'contained' } as const
const CONTAINER = { both: false, gives: 'container' } as const

t.test('what is contained, and what contains it', async (t) => {
  const world = await openWorld(t, RESOURCES)
  const both = (gives: 'contained' | 'container') => ({ both: true, gives })
  for (const [type, query, containment, ...wanted] of [
    ['Observation', 'code=a', CONTAINED, 'Observation/1#x', 'Observation/2#x'],
    ['Observation', 'code=a', CONTAINER, 'Observation/1', 'Observation/2'],
    ['Observation', 'code=a', both('container'), 'Observation/1', 'Observation/2', 'Observation/3'],
    [
      'Observation',
      'code=a',
      both('contained'),
      'Observation/1',
      'Observation/1#x',
      'Observation/2#x',
      'Observation/3',
    ],
    ['Observation', 'code=a,b', CONTAINER, 'DiagnosticReport/r', 'Observation/1', 'Observation/2'],
    ['Observation', 'code=b', CONTAINED, 'DiagnosticReport/r#x', 'Observation/1#y'],
    ['Observation', 'code=c', CONTAINED],
    ['Observation', 'subject.gender=female', CONTAINED, 'Observation/2#x'],
    ['Observation', 'subject=Patient/q', CONTAINER, 'DiagnosticReport/r'],
    ['Observation', 'code-value-quantity=b$5', CONTAINED, 'DiagnosticReport/r#x'],
    ['Observation', '_id=y', CONTAINED, 'Observation/1#y'],
    ['Observation', '_id=1', CONTAINED],
    ['Observation', '_id=1,y', both('contained'), 'Observation/1', 'Observation/1#y'],
    ['Observation', '_filter=code eq "b" and not (_id eq "y")', CONTAINED, 'DiagnosticReport/r#x'],
    ['Organization', 'name=clinic', CONTAINED, 'DiagnosticReport/r#deep', 'Patient/q#o'],
    ['Organization', 'name=twice', CONTAINED],
    ['Organization', '_content=clinic', CONTAINED, 'DiagnosticReport/r#deep', 'Patient/q#o'],
    ['Organization', '_content=clinic', both('contained'), 'DiagnosticReport/r#deep', 'Organization/o', 'Patient/q#o'],
    ['Patient', '', CONTAINED],
    ['Patient', '', CONTAINER],
  ] as const) {
    t.strictSame(await world.foundContained(type, query, containment), wanted, `${type}?${query}`)
  }
  t.strictSame(await world.found('Observation', 'code=a'), ['1', '3'], 'other searches know nothing of it')
  t.strictSame(await world.found('Patient', '_has:Observation:subject:code=a'), ['p'])
  t.strictSame(await world.found('Organization', '_content=clinic'), ['o'])
  for (const query of [
    '_has:Observation:has-member:code=a',
    '_list=1',
    '_filter=code eq "a" or _has:List:item:code eq "x"',
  ])
    await t.rejects(
      world.foundContained('Observation', query, CONTAINED),
      { name: 'FhirError', kind: 'invalid' } as never,
      query,
    )
})

t.test('who may not see the container sees nothing of it', async (t) => {
  const world = await openWorld(t, RESOURCES)
  for (const [seen, contained, containers] of [
    [{}, [], []],
    [{ Organization: '' }, [], []],
    [{ Observation: 'subject=Patient/p' }, ['Observation/1#x', 'Observation/1#y'], ['Observation/1']],
    [{ Observation: 'subject:Patient.gender=male', Patient: '' }, ['Observation/2#x'], ['Observation/2']],
    [{ DiagnosticReport: 'subject=Patient/q' }, ['DiagnosticReport/r#x'], ['DiagnosticReport/r']],
    [{ DiagnosticReport: 'subject=Patient/p' }, [], []],
    [
      { DiagnosticReport: '', Observation: '_id=2' },
      ['DiagnosticReport/r#x', 'Observation/2#x'],
      ['DiagnosticReport/r', 'Observation/2'],
    ],
  ] as [Record<string, string>, string[], string[]][]) {
    const words = JSON.stringify(seen)
    t.strictSame(await world.foundContained('Observation', '', CONTAINED, seen), contained, words)
    t.strictSame(await world.foundContained('Observation', 'code=a,b', CONTAINED, seen), contained, words)
    t.strictSame(await world.foundContained('Observation', 'code:not=c', CONTAINER, seen), containers, words)
  }
  const far = await world.foundContained('Observation', 'subject.gender=female', CONTAINED, { Observation: '' })
  t.strictSame(far, [], 'nor what a chain leads to, where that may not be seen')
})
