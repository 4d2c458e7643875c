import t from 'tap'
import { elementOffsets } from '../../../resources/json/element-offsets.ts'
import { firstFault } from '../../../resources/json/first-fault.ts'
import { parseJson } from '../../../resources/json/parse.ts'
import { positionsOf } from '../../../resources/json/position.ts'

const TEXT = Buffer.from(`{
  "resourceType": "Patient",
  "contact": [ {"name": {"family": "X"}}, { "name" : { "given" : ["ä😀", "b"] , "_given": [null, {"extension": [{"url":"u"}]}] } } ],
  "valueQuantity": {"value": 1 },
  "_birthDate": {"extension":[]}, "contained": [{"resourceType":"Observation","status": "x"}]
}`)

const beginning = (expression: string) => {
  const [offset = -1] = elementOffsets(TEXT, [expression])
  return TEXT.toString('utf8', offset).slice(0, 8)
}

t.test('finds the elements that expressions name', async (t) => {
  for (const [expression, text] of [
    ['Patient', '{\n  "reso'.slice(0, 8)],
    ['', '{\n  "reso'.slice(0, 8)],
    ['Patient.contact', '"contact'],
    ['Patient.contact[0]', '{"name":'],
    ['Patient.contact[1].name', '"name" :'],
    ['Patient.contact.name.family', '"family"'],
    ['Patient.contact[1].name.given[1]', '"b"] , "'],
    ['Patient.contact[1].name.given[1].extension[0].url', '"url":"u'],
    ['Patient.value', '"valueQu'],
    ['Patient.valueQuantity.value', '"value":'],
    ['Patient.value.ofType(Quantity).value', '"value":'],
    ['Patient.birthDate', '"_birthD'],
    ['Patient.contained[0].ofType(Observation).status', '"status"'],
    ['Patient.contact[7].name', '"contact'],
    ['Patient.contact.where(name.exists()).name', '"contact'],
    ['Patient.gender', '{\n  "reso'.slice(0, 8)],
  ] as const) {
    t.equal(beginning(expression), text, expression)
  }
})

t.test('tells lines and columns of offsets in any order', async (t) => {
  const [b = 0, family = 0, none = 0] = ['"b"', '"family"', '{'].map((one) => TEXT.indexOf(one))
  t.strictSame(positionsOf(TEXT, [b, none, family, b]), [
    { line: 3, column: 74 },
    { line: 1, column: 1 },
    { line: 3, column: 26 },
    { line: 3, column: 74 },
  ])
})

t.test('a mark in front of the text is passed by', async (t) => {
  const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), TEXT])
  const [offset = 0] = elementOffsets(marked, ['Patient.contact'])
  t.equal(marked.toString('utf8', offset, offset + 9), '"contact"')
})

const FAULTS: readonly (readonly [string, number])[] = [
  ['', 0],
  ['"', 1],
  ['{"a":1', 6],
  ['{"a":01}', 6],
  ['{"a": 1,\n "a":2}', 10],
  ['{"a":1}}', 7],
  ['[1 2]', 3],
  ['{"a":"\\u12"}', 6],
  ['{"a":"\\q"}', 6],
  ['{"a":"\u0001"}', 6],
  ['{"a":"\\ud800"}', 5],
  ['{"a":tru}', 5],
  ['{"a":[1,]}', 8],
  ['{,}', 1],
  ['[[[[[[[[[]]]]]]]]]', 8],
  ['{"\\u0061":1}', 1],
  ['{"a"\n:1 "b":2}', 8],
  ['{"a":-}', 5],
  ['[1,2', 4],
]

t.test('finds where a text stops to be JSON', async (t) => {
  for (const [text, at] of FAULTS) {
    t.equal(firstFault(Buffer.from(text), 8), at, text)
    t.throws(() => parseJson(Buffer.from(text), 8), text)
  }
  const broken = Buffer.concat([Buffer.from('{"a":1,\n"bä": "'), Buffer.from([0xff, 0x22, 0x7d])])
  t.equal(firstFault(broken, 8), 16)
})

t.test('finds no fault in what is taken', async (t) => {
  for (const text of [
    '{}',
    '[]',
    '0',
    '-1.5e-7',
    '"\\u00e4\\n"',
    ' { "a" : [ null , true, {"b":[]} ] } ',
    '\ufeff{}',
  ]) {
    t.equal(firstFault(Buffer.from(text), 8), undefined, text)
    parseJson(Buffer.from(text), 8)
  }
  t.equal(firstFault(TEXT, 8), undefined)
})
