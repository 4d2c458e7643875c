import t from 'tap'
import {
  get,
  OTHER_URN,
  observation,
  patient,
  placeOf,
  post,
  remove,
  transaction,
  URN,
  versions,
} from '../../support/bundles.ts'
import { openServer } from '../../support/server.ts'

const xhtml = (inner: string) => ({
  status: 'generated',
  div: `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`,
})

/** A Bundle that is kept, with links of its own. */
const kept = (type: string) => ({
  resourceType: 'Bundle',
  type,
  identifier: { system: 'urn:ietf:rfc:3986', value: OTHER_URN },
  timestamp: '2026-01-01T00:00:00Z',
  entry: [
    {
      fullUrl: OTHER_URN,
      resource: {
        resourceType: 'Composition',
        status: 'final',
        type: { text: 'x' },
        subject: { reference: URN },
        date: '2026-01-01',
        author: [{ reference: 'Practitioner?identifier=http://n|none' }],
        title: 'x',
        text: xhtml(`<a href="${URN}">p</a>`),
      },
    },
    { fullUrl: URN, resource: patient({ extension: [{ url: 'http://x/uri', valueUri: URN }] }) },
    { fullUrl: 'http://other.org/fhir/Basic/b', resource: { resourceType: 'Basic', id: 'b', code: { text: 'x' } } },
  ],
})

t.test('a Bundle that is kept has links of its own, which stay', async (t) => {
  const server = await openServer(t, { CHARTROOM_VALIDATION: 'off' })
  for (const type of ['collection', 'document']) {
    const { status, json } = await server.post(
      '',
      transaction(
        post(kept(type)),
        post(patient(), {}, URN),
        post(observation({ subject: { reference: URN } }), {}, OTHER_URN),
      ),
    )
    t.equal(status, 200, `${type} ${JSON.stringify(json.issue)}`)
    const [bundle, subject, other] = json.entry.map(placeOf)
    const { id: _, meta: __, ...stored } = (await server.get(bundle)).json
    t.strictSame(stored, kept(type), type)
    t.equal((await server.get(other)).json.subject.reference, subject, 'outside of it they are rewritten')
  }
})

t.test('members of a kept Bundle beside its entries, and what is contained, are rewritten', async (t) => {
  const server = await openServer(t)
  const bundle = { ...kept('collection'), link: [{ relation: 'about', url: URN }] }
  const { json } = await server.post('', transaction(post(bundle), post(patient(), {}, URN)))
  const [place, subject] = json.entry.map(placeOf)
  const { json: stored } = await server.get(place)
  t.equal(stored.link[0].url, subject)
  t.strictSame(stored.entry, kept('collection').entry)
})

t.test('a link to an entry that writes nothing is refused', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient({ id: 'p' }))
  for (const entry of [remove('Patient?identifier=nobody'), get('Patient/p')]) {
    const linked = post(observation({ subject: { reference: URN } }))
    const { status, json } = await server.post('', transaction(linked, { ...entry, fullUrl: URN }))
    t.equal(status, 400, entry.request.method)
    t.match(json, { issue: [{ expression: ['Bundle.entry[0].resource.subject.reference'] }] }, entry.request.method)
  }
  t.equal(await versions(server), 1)
})

t.test('one by a RESTful fullUrl stays: it may well be somewhere else', async (t) => {
  const server = await openServer(t)
  const fullUrl = 'http://other.org/fhir/Patient/7'
  const linked = post(observation({ subject: { reference: fullUrl } }))
  const nothing = { ...remove('Patient?identifier=nobody'), fullUrl }
  const { status, json } = await server.post('', transaction(linked, nothing))
  t.equal(status, 200)
  t.equal((await server.get(placeOf(json.entry[0]))).json.subject.reference, fullUrl)
})

t.test('a link to what a conditional DELETE found is no link to nothing', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient({ id: 'p' }))
  const linked = post(observation({ subject: { reference: URN } }))
  const { status, json } = await server.post('', transaction(linked, { ...remove('Patient?_id=p'), fullUrl: URN }))
  t.equal(status, 200)
  t.equal((await server.get(placeOf(json.entry[0]))).json.subject.reference, 'Patient/p')
})

/** Much that looks like the beginning of a link. */
const JUNK = [
  '<a href="',
  '<a ',
  '<a href=',
  '<img src="x',
  '<a href ="<a ',
  `<a href='${URN} `,
  '<a \n\t',
  '<a href href',
]

t.test('a long narrative full of what looks like links is gone through', async (t) => {
  const server = await openServer(t, { CHARTROOM_VALIDATION: 'off' })
  for (const piece of JUNK) {
    const text = xhtml(piece.repeat(Math.ceil(200_000 / piece.length)))
    const { status, json } = await server.post('', transaction(post(observation({ text })), post(patient(), {}, URN)))
    t.equal(status, 200, piece)
    t.equal((await server.get(placeOf(json.entry[0]))).json.text.div, text.div, piece)
  }
})

t.test('a link at the end of a long narrative is found', async (t) => {
  const server = await openServer(t)
  const text = xhtml(`${'<a href="http://x.org/">y</a>'.repeat(7000)}<a href="${URN}">z</a>`)
  const bundle = transaction(post(observation({ text })), post(patient(), {}, URN))
  const { status, json } = await server.post('', bundle)
  t.equal(status, 200)
  const { text: stored } = (await server.get(placeOf(json.entry[0]))).json
  t.equal(stored.div, text.div.replace(URN, placeOf(json.entry[1])))
})
