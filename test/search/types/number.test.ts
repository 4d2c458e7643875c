import t from 'tap'
import { readNumber } from '../../../search/types/number.ts'
import { finds } from '../../support/criteria.ts'

const factor = (factorOverride: number) => ({ resourceType: 'ChargeItem', factorOverride })
const risk = (low?: number, high?: number) => ({
  resourceType: 'RiskAssessment',
  prediction: [{ probabilityRange: { low: { value: low }, high: { value: high } } }],
})
const INTEGER = { resourceType: 'MolecularSequence', variant: [{ start: 100 }] }

const ROWS: [rule: string, resource: Parameters<typeof finds>[0], query: string, found: boolean | 400][] = [
  ['3.1.1.4.6 100 is 99.5 on', factor(99.5), 'factor-override=100', true],
  ['3.1.1.4.6 100 is 99.5 on', factor(99.4999), 'factor-override=100', false],
  ['3.1.1.4.6 100 is below 100.5', factor(100.4999), 'factor-override=100', true],
  ['3.1.1.4.6 100 is below 100.5', factor(100.5), 'factor-override=100', false],
  ['3.1.1.4.6 100.00 is 99.995 on', factor(99.995), 'factor-override=100.00', true],
  ['3.1.1.4.6 100.00 is 99.995 on', factor(99.994), 'factor-override=100.00', false],
  ['3.1.1.4.6 100.00 is below 100.005', factor(100.005), 'factor-override=100.00', false],
  ['3.1.1.4.6 1e2 is 95 on', factor(95), 'factor-override=1e2', true],
  ['3.1.1.4.6 1e2 is 95 on', factor(94.99), 'factor-override=1e2', false],
  ['3.1.1.4.6 1e2 is below 105', factor(104.99), 'factor-override=1E2', true],
  ['3.1.1.4.6 1e2 is below 105', factor(105), 'factor-override=1e%2B2', false],
  ['3.1.1.4.6 doubles: 0.1 is 0.05 on', factor(0.05), 'factor-override=0.1', true],
  ['3.1.1.4.6 doubles: 0.1 is below 0.15', factor(0.15), 'factor-override=0.1', false],
  ['3.1.1.4.6 doubles: 1.15 is 1.145 on', factor(1.145), 'factor-override=1.15', true],
  ['3.1.1.4.6 below nought', factor(-5.4), 'factor-override=-5', true],
  ['3.1.1.4.6 below nought', factor(-5.5), 'factor-override=-5', true],
  ['3.1.1.4.6 below nought', factor(-4.5), 'factor-override=-5', false],
  ['3.1.1.4.6 nought', factor(-0.4), 'factor-override=0', true],
  ['3.1.1.4.6 integers: no digits behind the point', INTEGER, 'variant-start=100', true],
  ['3.1.1.4.6 integers: noughts behind the point', INTEGER, 'variant-start=100.00', true],
  ['3.1.1.4.6 integers: others cannot match', INTEGER, 'variant-start=100.1', false],
  ['3.1.1.4.6 integers: another', INTEGER, 'variant-start=101', false],
  ['3.1.1.4.4 ne', factor(100.2), 'factor-override=ne100', false],
  ['3.1.1.4.4 ne', factor(100.5), 'factor-override=ne100', true],
  ['3.1.1.4.4 ne: a missing value', { resourceType: 'ChargeItem' }, 'factor-override=ne100', false],
  ['3.1.1.4.4 lt: no precision', factor(99.9), 'factor-override=lt100', true],
  ['3.1.1.4.4 lt', factor(100), 'factor-override=lt100', false],
  ['3.1.1.4.4 gt: no precision', factor(100.1), 'factor-override=gt100', true],
  ['3.1.1.4.4 gt', factor(100), 'factor-override=gt100', false],
  ['3.1.1.4.4 le', factor(100), 'factor-override=le100', true],
  ['3.1.1.4.4 le', factor(100.1), 'factor-override=le100', false],
  ['3.1.1.4.4 ge', factor(100), 'factor-override=ge100', true],
  ['3.1.1.4.4 ge', factor(99.9), 'factor-override=ge100', false],
  ['3.1.1.4.4 sa', factor(100.1), 'factor-override=sa100', true],
  ['3.1.1.4.4 sa', factor(100), 'factor-override=sa100', false],
  ['3.1.1.4.4 eb', factor(99.9), 'factor-override=eb100', true],
  ['3.1.1.4.4 eb', factor(100), 'factor-override=eb100', false],
  ['3.1.1.4.4 ap: a tenth', factor(110), 'factor-override=ap100', true],
  ['3.1.1.4.4 ap: a tenth', factor(90), 'factor-override=ap100', true],
  ['3.1.1.4.4 ap: more', factor(110.1), 'factor-override=ap100', false],
  ['3.1.1.4.4 ap: more', factor(89.9), 'factor-override=ap100', false],
  ['3.1.1.4.4 ap: below nought', factor(-110), 'factor-override=ap-100', true],
  ['3.1.1.4.4 ap: below nought', factor(-89), 'factor-override=ap-100', false],
  ['3.1.1.4.6 Range within', risk(0.2, 0.4), 'probability=0', true],
  ['3.1.1.4.6 Range beyond', risk(0.2, 0.6), 'probability=0', false],
  ['3.1.1.4.4 Range gt', risk(0.2, 0.4), 'probability=gt0.3', true],
  ['3.1.1.4.4 Range lt', risk(0.2, 0.4), 'probability=lt0.3', true],
  ['3.1.1.4.4 Range sa', risk(0.2, 0.4), 'probability=sa0.3', false],
  ['3.1.1.4.4 Range eb', risk(0.2, 0.4), 'probability=eb0.5', true],
  ['3.1.1.4.4 Range open above', risk(0.2), 'probability=gt1e9', true],
  ['3.1.1.4.4 Range open below', risk(undefined, 0.2), 'probability=lt-1e9', true],
  ['3.1.1.4.4 Range ap overlaps', risk(0.2, 0.4), 'probability=ap0.42', true],
  ['3.1.1.4.5 missing', factor(0), 'factor-override:missing=false', true],
  ['3.1.1.4.5 missing: a Range of nothing', risk(), 'probability:missing=true', true],
  ['3.1.1.4.5 no modifier of a number', factor(0), 'factor-override:contains=1', 400],
  ['hostile: 1e999 in the resource', factor(Number.POSITIVE_INFINITY), 'factor-override:missing=true', true],
  ['hostile: NaN', factor(0), 'factor-override=NaN', 400],
  ['hostile: Infinity', factor(0), 'factor-override=Infinity', 400],
  ['hostile: hexadecimal', factor(0), 'factor-override=0x10', 400],
  ['hostile: 1e999', factor(0), 'factor-override=1e999', 400],
  ['hostile: an exponent of 30 digits', factor(0), `factor-override=1e${'9'.repeat(30)}`, 400],
  ['hostile: 1e-999', factor(1), 'factor-override=1e-999', false],
  ['hostile: 400 digits', factor(0), `factor-override=${'9'.repeat(400)}`, 400],
  ['hostile: 400 digits behind the point', factor(0), `factor-override=0.${'0'.repeat(400)}`, true],
  ['hostile: 60,000 digits', factor(0), `factor-override=${'9'.repeat(60000)}`, 400],
  ['hostile: a point alone', factor(0), 'factor-override=.', 400],
  ['hostile: two signs', factor(0), 'factor-override=--1', 400],
  ['hostile: a prefix alone', factor(0), 'factor-override=gt', 400],
]

for (const [rule, resource, query, found] of ROWS) {
  t.test(`R4 search ${rule}: ${query.slice(0, 60)}`, async (t) => t.equal(finds(resource, query), found))
}

t.test('R4 search 3.1.1.4.11: 5.40e-3 is 0.0054 (+/-0.00005)', async (t) => {
  t.strictSame(readNumber('5.40e-3'), { value: 0.0054, low: 0.00535, high: 0.00545 })
})
