import t from 'tap'
import { worked } from '../../../resources/effort.ts'
import { indexEntries } from '../../../search/index-entries.ts'
import { BASE } from '../../support/criteria.ts'
import { type Named, openWorld } from '../../support/world.ts'

const div = (text: string) => ({ status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>` })
const RESOURCES: Named[] = [
  {
    resourceType: 'Patient',
    id: 'a',
    text: div('Zürich &amp; <b class="secret">Bern</b>; caf&#xE9; AT&amp;T'),
    name: [{ family: 'Øster-Gård', given: ['Anna'] }],
    photo: [{ data: 'x'.repeat(300), url: 'http://hidden/url' }],
    birthDate: '2000-01-02',
    managingOrganization: { reference: 'Organization/hidden', display: 'Mercy Hospital' },
    contained: [{ resourceType: 'Organization', id: 'inner', name: 'Within' }],
  },
  { resourceType: 'Patient', id: 'b', name: [{ family: 'Bern', given: ['Anna'] }] },
  { resourceType: 'Practitioner', id: 'c', text: div('Bern'), name: [{ family: 'Anna' }] },
  { resourceType: 'Observation', id: 'd', subject: { reference: 'Patient/a' }, note: [{ text: 'Bern "or" NOT (x' }] },
]
const ROWS: [type: string, query: string, found: string[] | RegExp][] = [
  ['Patient', '_text=bern', ['a']],
  ['Patient', '_text=ZURICH BERN', ['a']],
  ['Patient', '_text=bern zürich', ['a']],
  ['Patient', '_text=bern basel', []],
  ['Patient', '_text=basel,bern', ['a']],
  ['Patient', '_text=ber', []],
  ['Patient', '_text=café', ['a']],
  ['Patient', '_text=secret', []],
  ['Patient', '_text=amp', []],
  ['Patient', '_text=anna', []],
  ['Patient', '_content=bern', ['a', 'b']],
  ['Patient', '_content=anna', ['a', 'b']],
  ['Patient', '_content=anna gard', ['a']],
  ['Patient', '_content=østergård', []],
  ['Patient', '_content=gård øster', ['a']],
  ['Patient', '_content=mercy within', ['a']],
  ['Patient', '_content=hidden', []],
  ['Patient', '_content=generated', ['a']],
  ['Patient', '_content=2000', ['a']],
  ['Patient', `_content=${'x'.repeat(300)}`, []],
  ['Practitioner', '_content=bern', ['c']],
  ['Practitioner', '_content=bern&_text=bern&name=anna', ['c']],
  ['Observation', '_content="or" NOT (', ['d']],
  ['Observation', '_content=bern OR nothing', []],
  ['Observation', '_content=bern*', ['d']],
  ['Observation', 'subject:Patient._text=zurich', ['d']],
  ['Patient', '_has:Observation:patient:_content=bern', ['a']],
  ['Patient', '_filter=not(_text eq bern)', ['b']],
  ['Basic', '_content=bern', []],
  ['Patient', '_text=', ['a', 'b']],
  ['Patient', '_text=-', /takes words/],
  ['Patient', '_text=†§', /takes words/],
  ['Patient', `_content=${Array.from({ length: 51 }, (_, at) => at).join(' ')}`, /takes words/],
  ['Patient', '_text:exact=bern', /modifier/],
]

t.test('R4 search, _text and _content', async (t) => {
  const world = await openWorld(t, RESOURCES)
  for (const [type, query, wanted] of ROWS) {
    const found = await world.found(type, query)
    if (wanted instanceof RegExp) t.match(found, wanted, query)
    else t.strictSame(found, wanted, query)
  }
})

t.test('a hostile narrative takes no time', async (t) => {
  const started = worked()
  for (const text of ['<'.repeat(1_000_000), '&#'.repeat(500_000), 'é'.repeat(1_000_000), 'a b'.repeat(300_000)])
    indexEntries('Patient', { resourceType: 'Patient', text: div(text) }, BASE)
  t.ok(worked() - started < 2000)
})
