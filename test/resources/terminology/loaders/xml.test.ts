import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { Faults } from '../../../../resources/terminology/loaders/faults.ts'
import { type XmlEvent, xmlEvents } from '../../../../resources/terminology/loaders/xml.ts'
import { filesOf } from '../../../support/codes/files.ts'

const reading = { faults: new Faults(), read: () => undefined }

async function eventsOf(path: string): Promise<XmlEvent[]> {
  const events: XmlEvent[] = []
  for await (const event of xmlEvents(path, reading)) events.push(event)
  return events
}

const DOCUMENT = `<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE list>
<!-- <not> read -->
<list a="1 &gt; 0" b='"'>
  <x/>&#x41;&amp;&#66;<![CDATA[<&]]>
</list>
`

t.test('elements, attributes, entities and CDATA are told with their lines', async (t) => {
  const [path] = filesOf(t, { 'a.xml': DOCUMENT })
  const events = await eventsOf(path!)
  t.match(events[0], { kind: 'open', name: 'list', attributes: { a: '1 > 0', b: '"' }, line: 4 })
  t.match(
    events.filter(({ kind }) => kind !== 'text'),
    [{ name: 'list' }, { name: 'x', line: 5 }, { kind: 'close', name: 'x' }, { kind: 'close', name: 'list' }],
  )
  const text = events.map((event) => (event.kind === 'text' ? event.text : '')).join('')
  t.equal(text.trim(), 'A&B<&')
})

t.test('a packed document is read too', async (t) => {
  const [plain, packed] = filesOf(t, { 'a.xml': DOCUMENT, 'a.xml.gz': DOCUMENT })
  t.strictSame(await eventsOf(packed!), await eventsOf(plain!))
})

t.test('where a document is cut in chunks changes nothing', async (t) => {
  const long = `<list>${Array.from({ length: 9000 }, (_, at) => `<e n="${at}">é${at}</e>\n`).join('')}</list>`
  const [path] = filesOf(t, { 'long.xml': long })
  const events = await eventsOf(path!)
  t.ok(readFileSync(path!).length > 100_000)
  t.equal(events.filter((event) => event.kind === 'open').length, 9001)
  t.match(
    events.findLast((event) => event.kind === 'open'),
    { attributes: { n: '8999' }, line: 9000 },
  )
})

t.test('what is not well-formed is refused with its line', async (t) => {
  const cases: [string, RegExp][] = [
    ['<a>\n<b></a>', /line 2: the end of a within b/],
    ['<a>', /ends within a/],
    ['<a/><b/>', /a second element/],
    ['<a>\n\n&nbsp;</a>', /&nbsp; is not known/],
    ['<a>&#xD800;</a>', /not known/],
    ['<a b=c/>', /an attribute that is not well-formed/],
    ['<a b="1', /ends in the middle/],
    ['text', /ends in the middle/],
    ['', /no element/],
    ['<!DOCTYPE a [<!ENTITY x "xx">]><a>&x;</a>', /DTD/],
    [`${'<a>'.repeat(101)}`, /within each other/],
  ]
  for (const [text, words] of cases) {
    const [path] = filesOf(t, { 'bad.xml': text })
    await t.rejects(eventsOf(path!), words, text.slice(0, 30))
  }
  const [path] = filesOf(t, { 'bad.xml': Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]) })
  await t.rejects(eventsOf(path!), /no UTF-8/)
})

t.test('text of any kind comes back as it was written', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
      const clean = text.replace(/\p{C}/gu, ' ')
      const escaped = clean.replace(/&/g, '&amp;').replace(/</g, '&lt;')
      const [path] = filesOf(t, { 'any.xml': `<a>${escaped}</a>` })
      const found = (await eventsOf(path!)).map((event) => (event.kind === 'text' ? event.text : '')).join('')
      return found === clean
    }),
    { numRuns: 50 },
  )
})
