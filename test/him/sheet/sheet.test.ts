import fc from 'fast-check'
import t from 'tap'
import { cell, csvOf } from '../../../him/sheet/csv.ts'
import { escaped, htmlOf } from '../../../him/sheet/html.ts'
import { parametersOf } from '../../../him/sheet/parameters.ts'
import type { Sheet } from '../../../him/sheet/sheet.ts'
import { checkStructure } from '../../../resources/validation/structure/check.ts'

const sheetOf = (texts: readonly string[]): Sheet<string> => ({
  title: texts.join(),
  facts: [
    { name: 'text', title: 'Text', value: texts[0] ?? 'x' },
    { name: 'count', title: 'Count', value: 3 },
  ],
  summaries: [{ name: 'sum', title: 'Sum', of: 'What', lines: texts.map((text) => [`k${text}`, 1] as const) }],
  columns: [{ name: 'text', title: 'Text', text: (row) => row }],
  rowName: 'row',
  parts: (row) => [
    { name: 'text', valueString: row },
    { name: 'none', valueString: undefined },
    { name: 'inner', part: [{ name: 'empty', valueString: '' }] },
  ],
  rows: (async function* () {
    yield* texts
  })(),
  ends: () => [{ name: 'end', title: 'End', value: 1 }],
})

async function whole(pieces: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const piece of pieces) text += piece
  return text
}

t.test('no cell begins as a formula does', async (t) => {
  for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '\n@x', '＝1']) {
    t.match(cell(text).replace(/^"/, ''), /^'/, JSON.stringify(text))
  }
  for (const text of ['', 'a=1', '2026-01-01', 'Practitioner/1', "'"]) t.equal(cell(text), text)
  t.equal(cell('a "b", c'), '"a ""b"", c"')
  t.equal(cell('a\r\nb'), '"a\r\nb"')
})

/** Reads CSV back (RFC 4180). */
function cellsOf(csv: string): string[] {
  return [...csv.matchAll(/(?:"((?:[^"]|"")*)"|([^\r\n,]*))\r\n/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain! : quoted.replaceAll('""', '"'),
  )
}

t.test('whatever stands in a cell is read back, with an apostrophe where it had to be', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 5 }), async (texts) => {
      const [head, ...cells] = cellsOf(await whole(csvOf(sheetOf(texts))))
      return (
        head === 'text' &&
        cells.every((one, at) => one === texts[at] || one === `'${texts[at]}`) &&
        cells.length === texts.length
      )
    }),
  )
})

t.test('no text is markup in a page', async (t) => {
  t.equal(escaped(`<a href="x" title='y'>&`), '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;')
  t.equal(escaped('a\u0000b\u009fc\n'), 'a\ufffdb\ufffdc\n')
  const plain = (await whole(htmlOf(sheetOf(['x'])))).match(/<[^>]*>/g)
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
      const tags = (await whole(htmlOf(sheetOf([text])))).match(/<[^>]*>/g)
      return JSON.stringify(tags?.map(nameOfTag)) === JSON.stringify(plain?.map(nameOfTag))
    }),
  )
})

const nameOfTag = (tag: string) => tag.split(/[\s>]/, 1)[0]

t.test('a Parameters is of right structure, whatever is told', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 3 }), async (texts) => {
      const text = await whole(parametersOf(sheetOf(texts)))
      return checkStructure(JSON.parse(text), Buffer.from(text)).length === 0
    }),
  )
})
