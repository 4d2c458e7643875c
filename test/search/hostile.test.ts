import fc from 'fast-check'
import t from 'tap'
import { FhirError } from '../../resources/fhir-error.ts'
import { parametersOf } from '../../search/parameters.ts'
import { parseCriteria } from '../../search/parse.ts'
import { BASE } from '../support/criteria.ts'

const TYPES = [
  'Patient',
  'Observation',
  'MolecularSequence',
  'RiskAssessment',
  'Group',
  'ValueSet',
  'DocumentReference',
]
const PIECES = [
  'a',
  '1',
  '-',
  '.',
  'e',
  '|',
  '$',
  ',',
  '\\',
  ' ',
  ':',
  'ge',
  'eb',
  '2020-01-01',
  'T10:00',
  '1e999',
  'NaN',
  'http://x/y',
  'urn:a',
  'Patient/1',
  '__proto__',
  '\u0000',
  '\ud800',
  "' OR 1=1 --",
  '#',
]

const search = fc.constantFrom(...TYPES).chain((type) =>
  fc.tuple(
    fc.constant(type),
    fc.constantFrom(...parametersOf(type).keys()),
    fc.constantFrom('', ':missing', ':text', ':not', ':of-type', ':identifier', ':exact', ':below', ':Patient', ':'),
    fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => pieces.join('')),
  ),
)

t.test('any value of any parameter is read or refused, and is plain data', async (t) => {
  fc.assert(
    fc.property(search, ([type, code, modifier, value]) => {
      try {
        const { expression } = parseCriteria(type, [[code + modifier, value]], { baseUrl: BASE })
        // A number that is not finite would be null when it crosses to another thread as text.
        const plain = JSON.stringify(expression, (_name, part: unknown) => {
          if (typeof part === 'number' && !Number.isFinite(part)) throw new Error(`${part} in an expression`)
          return part
        })
        return plain.length > 0
      } catch (error) {
        return error instanceof FhirError && error.kind === 'invalid'
      }
    }),
    { numRuns: 20_000 },
  )
  t.pass('20,000 searches')
})
