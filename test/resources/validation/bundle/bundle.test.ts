import t from 'tap'
import { bundles } from '../../../../resources/validation/bundle/layer.ts'
import { findingsOf } from '../../../support/findings.ts'

const ROOT = 'http://a.example/fhir'
const UUID = 'urn:uuid:0d432bc3-c706-4ca8-93a2-17985e1383d5'
const OTHER_UUID = 'urn:uuid:a1f9ad95-8e2b-4020-a6bd-124f6fe2ef1c'

const patient = (id?: string, more: object = {}) => ({
  resourceType: 'Patient',
  ...(id && { id }),
  active: true,
  ...more,
})
const bundle = (type: string, entry: object[], more: object = {}) => ({ resourceType: 'Bundle', type, ...more, entry })
const composition = (more: object, id = 'c') => ({
  fullUrl: `${ROOT}/Composition/${id}`,
  resource: {
    resourceType: 'Composition',
    id,
    status: 'final',
    type: { text: 'x' },
    date: '2024',
    author: [{ display: 'x' }],
    title: 'x',
    ...more,
  },
})
const entry = (type: string, id: string, more: object = {}) => ({
  fullUrl: `${ROOT}/${type}/${id}`,
  resource: { resourceType: type, id, active: true, ...more },
})
const reference = (reference: string) => ({ reference })

const found = (resource: object) => findingsOf([bundles], resource)

t.test('fullUrls', async (t) => {
  const id = ['error bundle-fullurl-id Bundle.entry[0].fullUrl']
  const absolute = ['error bundle-fullurl-absolute Bundle.entry[0].fullUrl']
  const cases: [string, object, string[], string?][] = [
    [UUID, patient('p'), []],
    [UUID, patient(), []],
    ['urn:oid:1.2.3', patient('p'), []],
    [`${ROOT}/Patient/p`, patient('p'), []],
    ['https://a.example/x?y=z', patient('p'), []],
    ['http://a.example/nothing', patient(), []],
    [`${ROOT}/Patient/p`, patient(), id],
    [`${ROOT}/Patient/p`, patient(), [], 'transaction'],
    [`${ROOT}/Observation/p`, patient(), id, 'transaction'],
    [`${ROOT}/Patient/p`, patient('q'), id],
    [`${ROOT}/Patient/p`, patient('P'), id],
    [`${ROOT}/Person/p`, patient('p'), id],
    ['Patient/p', patient('p'), absolute],
    ['/Patient/p', patient('p'), absolute],
    ['p', patient('p'), absolute],
  ]
  for (const [fullUrl, resource, findings, type = 'collection'] of cases) {
    t.strictSame(await found(bundle(type, [{ fullUrl, resource }])), findings, `${type} ${fullUrl}`)
  }
  t.strictSame(await found(bundle('collection', [{ resource: patient() }])), [], 'there need not be one')
  t.strictSame(await found({ resourceType: 'Bundle', type: 'collection' }), [], 'no entries')
})

t.test('is looked into where it is in another resource', async (t) => {
  const inner = bundle('collection', [{ fullUrl: 'Patient/p', resource: patient('p') }])
  const outer = { resourceType: 'Parameters', parameter: [{ name: 'x', resource: inner }] }
  t.strictSame(await found(outer), ['error bundle-fullurl-absolute Parameters.parameter[0].resource.entry[0].fullUrl'])
})

t.test('link relations', async (t) => {
  const links = (...relations: string[]) => ({
    link: relations.map((relation) => ({ relation, url: 'http://a.example' })),
  })
  t.strictSame(await found(bundle('searchset', [], links('self', 'next', 'last', 'stylesheet', 'stylesheet'))), [
    'error structure Bundle.entry',
  ])
  const one = [{ resource: patient('p') }]
  t.strictSame(await found(bundle('searchset', one, links('self', 'next', 'stylesheet', 'stylesheet'))), [])
  t.strictSame(await found(bundle('searchset', one, links('self', 'next', 'self'))), [
    'error bundle-link-once Bundle.link[2]',
  ])
})

t.test('a searchset', async (t) => {
  const search = (url: string, mode: string | undefined, resource: object) =>
    found(bundle('searchset', [{ resource, ...(mode && { search: { mode } }) }], { link: [{ relation: 'self', url }] }))
  const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'information', code: 'informational' }] }
  const at = 'Bundle.entry[0].resource'
  t.strictSame(await search(`${ROOT}/Patient?name=x`, 'match', patient('p')), [])
  t.strictSame(await search(`${ROOT}/Patient/_search?name=x`, 'match', patient('p')), [])
  t.strictSame(await search(`${ROOT}/Patient/1/Observation?x=y`, 'match', patient('p')), [
    `error bundle-search-type ${at}`,
  ])
  t.strictSame(await search(`${ROOT}?_type=Observation,Patient`, 'match', patient('p')), [])
  t.strictSame(await search(`${ROOT}?_type=Observation`, 'match', patient('p')), [`error bundle-search-type ${at}`])
  t.strictSame(await search(`${ROOT}/Patient?name=x`, 'include', { ...patient('p'), resourceType: 'Organization' }), [])
  t.strictSame(await search(`${ROOT}/Patient?name=x`, 'match', patient()), [`error bundle-search-id ${at}`])
  t.strictSame(await search(`${ROOT}/Patient?name=x`, 'outcome', outcome), [])
  t.strictSame(await search(`${ROOT}/Patient?name=x`, 'outcome', patient('p')), [`error bundle-search-outcome ${at}`])
  t.strictSame(await search(`${ROOT}/Patient?name=x`, undefined, outcome), [])
})

t.test('requests', async (t) => {
  const at = 'Bundle.entry[0]'
  const cases: [string, string, object | undefined, string[]][] = [
    ['POST', 'Patient', patient(), []],
    ['POST', 'Observation', patient(), [`error bundle-request-agrees ${at}`]],
    ['POST', 'Patient', undefined, [`error bundle-request-resource ${at}`]],
    ['POST', 'Patient/_search?name=x', undefined, []],
    ['POST', 'Patient/$match', undefined, []],
    ['POST', '$process-message', patient(), []],
    ['PUT', 'Patient/p', patient('p'), []],
    ['PUT', 'Patient/p', patient(), []],
    ['PUT', 'Patient?name=x', patient('p'), []],
    ['PUT', 'Patient/q', patient('p'), [`error bundle-request-agrees ${at}`]],
    ['PUT', 'Patient/q', undefined, [`error bundle-request-resource ${at}`]],
    ['PUT', 'Shoe/q', undefined, [`error bundle-request-type ${at}`]],
    ['GET', 'Patient/p', undefined, []],
    ['GET', 'Patient/p/_history/2', undefined, []],
    ['GET', 'metadata', undefined, []],
    ['GET', '?_type=Patient', undefined, []],
    ['GET', 'https://elsewhere.example/x', undefined, []],
    ['DELETE', 'Patient/p', undefined, []],
    ['PATCH', 'Patient/p', { resourceType: 'Binary', contentType: 'application/json-patch+json', data: 'W10=' }, []],
  ]
  for (const [method, url, resource, findings] of cases) {
    const entry = [{ ...(resource && { resource }), request: { method, url } }]
    for (const type of ['batch', 'transaction'])
      t.strictSame(await found(bundle(type, entry)), findings, `${type}: ${method} ${url}`)
  }
})

t.test('a document brings along what its composition speaks of', async (t) => {
  const p = entry('Patient', 'p')
  const missing = (path: string) => [`error bundle-reference-missing Bundle.entry[0].resource.${path}.reference`]
  const cases: [object, object[], string[]][] = [
    [{ subject: reference('Patient/p') }, [p], []],
    [{ subject: reference(`${ROOT}/Patient/p`) }, [p], []],
    [{ subject: reference(`${ROOT}/Patient/p#inner`) }, [p], []],
    [{ subject: { display: 'x' } }, [], []],
    [{ contained: [patient('in')], subject: reference('#in') }, [], []],
    [{ subject: reference('Patient/q') }, [], missing('subject')],
    [{ subject: reference('Patient?name=x') }, [], missing('subject')],
    [{ author: [reference('Patient/p'), reference('Patient/q')] }, [p], missing('author[1]')],
    [{ subject: reference(UUID) }, [{ fullUrl: UUID, resource: patient('p') }], []],
    [{ subject: reference(UUID) }, [], missing('subject')],
    [{ section: [{ entry: [reference('Patient/q')] }] }, [], missing('section[0].entry[0]')],
    [
      { section: [{ title: 'x', section: [{ title: 'y', entry: [reference('Patient/q')] }] }] },
      [],
      missing('section[0].section[0].entry[0]'),
    ],
    [{ relatesTo: [{ code: 'replaces', targetReference: reference('Composition/old') }] }, [], []],
  ]
  for (const [change, entries, findings] of cases) {
    t.strictSame(await found(bundle('document', [composition(change), ...entries])), findings, JSON.stringify(change))
  }
})

t.test('a relative reference counts from the fullUrl that it is in', async (t) => {
  const author = { author: [reference('Patient/p')] }
  const at = 'Bundle.entry[0].resource.author[0].reference'
  const { resource } = composition(author)
  const unreached = 'information bundle-entry-unreached Bundle.entry[1]'
  const ofUuid = bundle('document', [
    { fullUrl: UUID, resource },
    { fullUrl: OTHER_UUID, resource: patient('p') },
  ])
  t.strictSame(await found(ofUuid), [`error bundle-reference-missing ${at}`, unreached])
  const elsewhere = [composition(author), { fullUrl: 'http://b.example/fhir/Patient/p', resource: patient('p') }]
  t.strictSame(await found(bundle('document', elsewhere)), [`error bundle-reference-missing ${at}`, unreached])
})

t.test('an entry may be named by its UUID, with its type', async (t) => {
  const id = UUID.slice('urn:uuid:'.length)
  const basic = (reference: string) => ({
    fullUrl: OTHER_UUID,
    resource: { resourceType: 'Basic', code: { text: 'x' }, subject: { reference } },
  })
  const of = (reference: string) =>
    found(bundle('collection', [basic(reference), { fullUrl: UUID, resource: patient() }]))
  t.strictSame(await of(`Patient/${id}`), [])
  t.strictSame(await of(`Group/${id}`), ['error bundle-reference-type Bundle.entry[0].resource.subject.reference'])
  t.strictSame(await of(`Group/${OTHER_UUID.slice('urn:uuid:'.length, -1)}0`), [])
  t.strictSame(await of('Group/x'), [])
})

t.test('of several versions a reference names one', async (t) => {
  const versions = ['1', '2'].map((versionId) => entry('Patient', 'p', { meta: { versionId } }))
  const of = (text: string) => found(bundle('document', [composition({ subject: reference(text) }), ...versions]))
  const other = 'information bundle-entry-unreached Bundle.entry'
  const at = 'Bundle.entry[0].resource.subject.reference'
  t.strictSame(await of('Patient/p/_history/2'), [`${other}[1]`])
  t.strictSame(await of('Patient/p/_history/3'), [`error bundle-reference-missing ${at}`, `${other}[1]`, `${other}[2]`])
  t.strictSame(await of('Patient/p'), [`error bundle-reference-ambiguous ${at}`])
})

t.test('a message brings along what it is about', async (t) => {
  const header = (focus: string) => ({
    fullUrl: UUID,
    resource: {
      resourceType: 'MessageHeader',
      eventUri: 'http://a.example/event',
      source: { endpoint: 'http://a.example/' },
      focus: [reference(focus)],
    },
  })
  const second = { fullUrl: OTHER_UUID, resource: patient() }
  t.strictSame(await found(bundle('message', [header(OTHER_UUID), second])), [])
  t.strictSame(await found(bundle('message', [header('Patient/p'), second])), [
    'error bundle-reference-missing Bundle.entry[0].resource.focus[0].reference',
    'information bundle-entry-unreached Bundle.entry[1]',
  ])
})

t.test('what refers to the first entry, and rings, are reached', async (t) => {
  const first = composition({ subject: reference('Patient/p') })
  const p = entry('Patient', 'p', { link: [{ type: 'seealso', other: reference('Patient/q') }] })
  const q = entry('Patient', 'q', { link: [{ type: 'seealso', other: reference('Patient/p') }] })
  const back = {
    fullUrl: `${ROOT}/Basic/b`,
    resource: { resourceType: 'Basic', id: 'b', code: { text: 'x' }, subject: reference('Composition/c') },
  }
  t.strictSame(await found(bundle('document', [first, p, q, back])), [])
})
