import t from 'tap'
import { csvRows } from '../../../../resources/terminology/loaders/csv.ts'
import { Faults } from '../../../../resources/terminology/loaders/faults.ts'
import { linesOf } from '../../../../resources/terminology/loaders/source.ts'
import { filesOf } from '../../../support/codes/files.ts'

async function rowsOf(path: string, faults = new Faults()) {
  const rows: { line: number; code: string; title: string }[] = []
  for await (const { line, cells } of csvRows(path, ['code', 'title'], { faults, read: () => undefined }))
    rows.push({ line, ...cells })
  return rows
}

t.test('cells are told by the names of their columns, quoted ones with what is in them', async (t) => {
  const [path] = filesOf(t, { 'a.csv.gz': '\uFEFFcode,title\nA00,"Cholera, ""classic"""\r\n\nA01,Typhoid\n' })
  t.match(await rowsOf(path!), [
    { line: 2, code: 'A00', title: 'Cholera, "classic"' },
    { line: 4, code: 'A01', title: 'Typhoid' },
  ])
})

t.test('a row of another number of cells is named with its line, and the others are read', async (t) => {
  const [path] = filesOf(t, { 'a.csv': 'code,title\nA00,Cholera\nA01\nA02,x,y\nA03,Shigellosis\n' })
  const faults = new Faults()
  t.match(await rowsOf(path!, faults), [{ code: 'A00' }, { code: 'A03' }])
  t.throws(() => faults.refuse(), { message: /a\.csv, line 3: another number of cells[\s\S]*a\.csv, line 4: another/ })
})

t.test('a missing column, a missing file and bytes that are no gzip are told', async (t) => {
  const [bare, broken] = filesOf(t, { 'a.csv': 'code,name\n', 'b.csv': 'x' })
  await t.rejects(rowsOf(bare!), /a\.csv has no column title/)
  await t.rejects(rowsOf(`${broken}.none`), /ENOENT/)
  const [unpacked] = filesOf(t, { 'c.csv.gz': 'code,title\nA,B\n' })
  const { writeFileSync } = await import('node:fs')
  writeFileSync(unpacked!, 'code,title\nA,B\n')
  await t.rejects(rowsOf(unpacked!), /incorrect header check/)
})

t.test('a file of another kind is not read to its end', async (t) => {
  const [path] = filesOf(t, { 'a.csv': `code,title\n${'a\n'.repeat(100_000)}` })
  await t.rejects(rowsOf(path!), /a\.csv, line 2: another number of cells[\s\S]*and 980 more/)
})

t.test('lines are counted, blank ones too, and those that are no UTF-8 are named', async (t) => {
  const faults = new Faults()
  const [path] = filesOf(t, { 'a.txt': Buffer.from('eins\r\n\n\xff\nvier', 'latin1') })
  const lines = []
  for await (const line of linesOf(path!, { faults, read: () => undefined })) lines.push(line)
  t.strictSame(lines, [
    { number: 1, text: 'eins' },
    { number: 4, text: 'vier' },
  ])
  t.throws(() => faults.refuse(), { message: 'a.txt, line 3: no UTF-8' })
})
