import t from 'tap'
import { FhirError } from '../../../resources/fhir-error.ts'
import { parseDocument } from '../../../resources/json/parse.ts'
import { scan } from '../../../resources/json/scan.ts'

const bytes = (text: string) => Buffer.from(text)
const scanned = (text: string) => scan(bytes(text), 20).text.toString()
const refusal = (text: string | Buffer) => {
  try {
    parseDocument(typeof text === 'string' ? bytes(text) : text, 20)
  } catch (error) {
    return error instanceof FhirError ? error.issues[0]?.diagnostics : error
  }
  return undefined
}

t.test('white space between tokens goes, every token stays', async (t) => {
  t.equal(scanned(' { "a" : [ 1.00 , "b \\" c" ,\n null ] } '), '{"a":[1.00,"b \\" c",null]}')
  t.equal(scanned('{"a":"  é 😀 \\u00e9 \\/ "}'), '{"a":"  é 😀 \\u00e9 \\/ "}')
  t.equal(scanned('{"a":12345678901234567890.123456789}'), '{"a":12345678901234567890.123456789}')
  t.equal(scanned('\uFEFF{}'), '{}', 'a byte order mark is no content')
})

t.test('two scalars never merge', async (t) => {
  for (const text of ['{"a":[1 2]}', '{"a":tr ue}', '{"a":1 .5}', '{"a":- 1}', '{"a":"b" "c"}']) {
    t.match(refusal(text), /not valid JSON/, text)
  }
})

t.test('refuses what a parser lets through', async (t) => {
  const cases: [string | Buffer, RegExp][] = [
    ['{"\\u0069d":"x"}', /member name is written with escapes/],
    ['{"a\\n" : 1}', /member name is written with escapes/],
    ['{"a":1,"a":2}', /name stands twice/],
    ['{"a":{"b":1,"c":2,"b":1}}', /name stands twice/],
    ['{"a":"\\u0000"}', /control character/],
    ['{"a":"\\b"}', /control character/],
    ['{"a":"\\u001f"}', /control character/],
    ['{"a":"\\ud800"}', /half of a surrogate pair/],
    ['{"a":"\\ud800\\u0041"}', /half of a surrogate pair/],
    ['{"a":"\\udc00"}', /half of a surrogate pair/],
    [Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]), /not valid UTF-8/],
    [Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]), /not valid UTF-8/],
    [`${'{"a":'.repeat(21)}1${'}'.repeat(21)}`, /nested deeper than 20/],
    [`{"a":${'['.repeat(5000)}`, /nested deeper than 20/],
    ['[1]', /not a JSON object/],
    ['null', /not a JSON object/],
    ['{"a":1', /not valid JSON/],
    ['{"a":01}', /not valid JSON/],
    ['{"a":"\u0001"}', /not valid JSON/],
    ['{\u0001"a":1}', /not valid JSON/],
    ['{"a":1}}', /not valid JSON/],
    ['', /not valid JSON/],
    ['"', /not valid JSON/],
    ['{"a":"\\', /not valid JSON/],
    ['{"a":"\\u12', /not valid JSON/],
  ]
  for (const [text, words] of cases) t.match(refusal(text), words, JSON.stringify(text.toString()).slice(0, 40))
})

t.test('takes what only looks dangerous', async (t) => {
  const cases = [
    '{"a":"\\ud83d\\ude00"}',
    '{"a":"\\t\\r\\n"}',
    '{"a":":"}',
    '{"__proto__":1}',
    '{"a":"\\\\u0000"}',
    '{"a":{},"b":[]}',
  ]
  for (const text of cases) t.equal(refusal(text), undefined, text)
  t.strictSame(Object.keys(parseDocument(bytes('{"__proto__":{"x":1}}'), 20).value), ['__proto__'])
})
