import t from 'tap'
import { printLossless } from '../../../resources/json/lossless.ts'
import { dropStaleNarrative } from '../../../resources/patch/narrative.ts'
import { tree } from './shared.ts'

const text = (status: string, words = 'Ann') => ({
  status,
  div: `<div xmlns="http://www.w3.org/1999/xhtml">${words}</div>`,
})
const patient = (more: object) => ({ resourceType: 'Patient', id: 'a', ...more })

const CASES: { name: string; before: object; after: object; keeps: boolean }[] = [
  {
    name: 'generated, data changed',
    before: { text: text('generated') },
    after: { text: text('generated'), active: true },
    keeps: false,
  },
  {
    name: 'extensions, data changed',
    before: { text: text('extensions'), active: false },
    after: { text: text('extensions') },
    keeps: false,
  },
  {
    name: 'written by an author',
    before: { text: text('additional') },
    after: { text: text('additional'), active: true },
    keeps: true,
  },
  { name: 'empty', before: { text: text('empty') }, after: { text: text('empty'), active: true }, keeps: true },
  {
    name: 'patched along',
    before: { text: text('generated') },
    after: { text: text('generated', 'Bob'), active: true },
    keeps: true,
  },
  { name: 'new', before: {}, after: { text: text('generated'), active: true }, keeps: true },
  {
    name: 'nothing changed',
    before: { text: text('generated'), active: true },
    after: { active: true, text: text('generated') },
    keeps: true,
  },
  {
    name: 'meta alone changed',
    before: { text: text('generated') },
    after: { text: text('generated'), meta: { tag: [{ code: 'x' }] } },
    keeps: true,
  },
]

for (const { name, before, after, keeps } of CASES) {
  t.test(`narrative: ${name}`, async (t) => {
    const source = tree(patient(after))
    const result = dropStaleNarrative(tree(patient(before)), source)
    const { text: _text, ...rest } = patient(after) as Record<string, unknown>
    t.same(JSON.parse(printLossless(result)), keeps ? patient(after) : rest)
    t.equal(printLossless(source), JSON.stringify(patient(after)), 'its input is not changed')
  })
}

t.test('narrative: 1.0 become 1.00 is no change of the data', async (t) => {
  const at = (value: string) => tree(`{"text":{"status":"generated"},"valueQuantity":{"value":${value}}}`)
  t.ok(dropStaleNarrative(at('1.0'), at('1.00')).text)
  t.notOk(dropStaleNarrative(at('1.0'), at('1.01')).text)
})
