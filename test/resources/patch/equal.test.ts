import t from 'tap'
import { worked } from '../../../resources/effort.ts'
import { equalJson } from '../../../resources/patch/equal.ts'
import { tree } from './shared.ts'

const EQUAL: [string, string][] = [
  ['1', '1.0'],
  ['1.00', '1.0'],
  ['10', '1e1'],
  ['1E+2', '100'],
  ['1.5e-3', '0.0015'],
  ['-0', '0'],
  ['0.000', '0e99'],
  ['-1.50', '-15e-1'],
  ['100000000000000000000000000000.10', '1000000000000000000000000000001e-1'],
  ['1e99999999999999999999', '1e99999999999999999999'],
  ['"a"', '"a"'],
  ['null', 'null'],
  ['[1,[2.0]]', '[1.0,[2]]'],
  ['{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3.0,"c":2},"a":1}'],
  ['{"__proto__":1}', '{"__proto__":1}'],
]

const DIFFERENT: [string, string][] = [
  ['12345678901234567890.1', '12345678901234567890.2'],
  ['0.1', '0.10000000000000001'],
  ['1', '-1'],
  ['1', '10'],
  ['1e400', '1e401'],
  ['0', 'null'],
  ['1', '"1"'],
  ['0', 'false'],
  ['"a"', '"A"'],
  ['"\\u00e9"', '"e\\u0301"'],
  ['[]', '{}'],
  ['null', '{}'],
  ['[1,2]', '[2,1]'],
  ['[1]', '[1,1]'],
  ['{"a":1}', '{"b":1}'],
  ['{"a":1}', '{"a":1,"b":2}'],
  ['{"__proto__":{}}', '{"a":{}}'],
  ['{"constructor":1}', '{"toString":1}'],
]

for (const [one, other] of EQUAL) {
  t.ok(equalJson(tree(one), tree(other)), `${one} equals ${other}`)
  t.ok(equalJson(tree(other), tree(one)), `${other} equals ${one}`)
}
for (const [one, other] of DIFFERENT) {
  t.notOk(equalJson(tree(one), tree(other)), `${one} is not ${other}`)
  t.notOk(equalJson(tree(other), tree(one)), `${other} is not ${one}`)
}

t.test('a number with a million zeros takes no time', async (t) => {
  const zeros = '0'.repeat(1_000_000)
  const start = worked()
  t.notOk(equalJson(tree(`1${zeros}1`), tree(`1.${zeros}1`)))
  t.ok(worked() - start < 1_000)
})
