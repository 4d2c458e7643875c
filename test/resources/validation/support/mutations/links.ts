import { membersOf } from '../../../../../resources/definitions/definitions.ts'
import { assign, type Json, type Mutation, needing, type Subject } from './mutation.ts'

const referencing = (subject: Subject) =>
  subject.place(({ type, parent, name }, { reference }) => {
    const targets = parent && membersOf(parent.type).get(name)?.element.targets
    return type === 'Reference' && reference !== undefined && targets !== undefined && !targets.includes('Schedule')
  })

const NARRATIVE = 'xmlns="http://www.w3.org/1999/xhtml"'

function narrative(div: string): Mutation {
  return needing('Narrative', (subject) => {
    const at = subject.place(({ type }) => type === 'Narrative')
    return at && assign(at.value, 'div', div, `${at.path}.div`)
  })
}

/** Puts another text into a reference; told at the Reference, or at its text. */
function refer(reference: string, at = ''): Mutation {
  return (subject) => {
    const found = referencing(subject)
    if (!found) return undefined
    delete found.value.type
    return assign(found.value, 'reference', reference, found.path + at)
  }
}

/** Spoils an extension, or one that is added. */
function extension(spoilt: Json, at = ''): Mutation {
  return (subject) => {
    const place = subject.place(({ type, parent }) => parent === undefined && membersOf(type).has('extension'))
    if (!place) return undefined
    const extensions = (place.value.extension ?? []) as Json[]
    place.value.extension = [...extensions, spoilt]
    return [`${place.path}.extension[${extensions.length}]${at}`]
  }
}

/** Adds a contained resource to a resource that has Narrative: what may contain. */
function contain(make: (index: number) => Json[], at: string): Mutation {
  return (subject) => {
    const place = subject.place(({ type, parent }) => parent === undefined && membersOf(type).has('contained'))
    if (!place) return undefined
    const contained = (place.value.contained ?? []) as Json[]
    const added = make(contained.length)
    place.value.contained = [...contained, ...added]
    return [`${place.path}.contained[${contained.length + added.length - 1}]${at}`]
  }
}

/** It refers to its container, and need not be referred to. */
const back = (id: string) => ({
  resourceType: 'List',
  id,
  status: 'current',
  mode: 'working',
  subject: { display: 'x' },
  entry: [{ item: { reference: '#' } }],
})

function bundle(types: readonly string[], spoil: (bundle: Json, entry: Json[]) => string | undefined): Mutation {
  return needing('Bundle', ({ resource }) => {
    const { resourceType, type, entry } = resource as { resourceType: string; type: string; entry?: Json[] }
    if (resourceType !== 'Bundle' || !types.includes(type) || !entry?.length) return undefined
    const at = spoil(resource, entry)
    return at === undefined ? undefined : [`Bundle${at}`, 'Bundle']
  })
}

/** Mutations of references, contained resources, extensions, narrative and Bundles. */
export const LINKS: Readonly<Record<string, Mutation>> = {
  'reference to a wrong type': refer('Schedule/1'),
  'absolute reference to a wrong type': refer('http://x.org/fhir/Schedule/1'),
  'reference without an id': refer('Patient', '.reference'),
  'reference with a bad id': refer('Patient/a_b', '.reference'),
  'reference to a type that is none': refer('Shoe/1', '.reference'),
  'reference to a contained resource that is not there': refer('#no-such-one'),
  'reference of another type than it says': (subject) => {
    const at = subject.place(
      ({ type }, { reference }) => type === 'Reference' && /^[A-Z]\w+\/[\w-]+$/.test(String(reference)),
    )
    return at && assign(at.value, 'type', 'Schedule', `${at.path}.type`)
  },
  'contained resource that nothing refers to': contain(() => [{ resourceType: 'Patient', id: 'unreferred' }], ''),
  'contained in a contained resource': contain(
    () => [{ ...back('nests'), contained: [{ resourceType: 'Patient', id: 'nested' }] }],
    '.contained',
  ),
  'contained resource with a version': contain(() => [{ ...back('versioned'), meta: { versionId: '1' } }], '.meta'),
  'contained resource with a security label': contain(
    () => [{ ...back('labelled'), meta: { security: [{ system: 'http://x.org', code: 'R' }] } }],
    '.meta',
  ),
  'two contained resources of one id': contain(() => [back('twice'), back('twice')], ''),
  'contained resource without an id': contain(() => [{ ...back('x'), id: undefined }], ''),
  'extension with a value and extensions': extension({
    url: 'http://x.org',
    valueString: 'x',
    extension: [{ url: 'http://x.org', valueString: 'y' }],
  }),
  'extension with nothing': extension({ url: 'http://x.org' }),
  'extension without a url': extension({ valueString: 'x' }, '.url'),
  'extension of an unknown type': extension({ url: 'http://x.org', valueShoe: 'x' }, '.valueShoe'),
  'extension of two values': extension({ url: 'http://x.org', valueString: 'x', valueCode: 'y' }, '.valueString'),
  'narrative with a script': narrative(`<div ${NARRATIVE}>x<script>alert(1)</script></div>`),
  'narrative with an event': narrative(`<div ${NARRATIVE} onclick="x">x</div>`),
  'narrative without content': narrative(`<div ${NARRATIVE}> <br/> </div>`),
  'narrative without its namespace': narrative('<div>x</div>'),
  'narrative that is not well-formed': narrative(`<div ${NARRATIVE}><p>x</div>`),
  'narrative that is no div': narrative(`<p ${NARRATIVE}>x</p>`),
  'Bundle with a fullUrl twice': bundle(['collection', 'searchset', 'document', 'message'], (_, entry) => {
    const first = entry.find(({ fullUrl }) => fullUrl !== undefined)
    if (!first) return undefined
    entry.push(structuredClone(first))
    return ''
  }),
  'Bundle with a version in a fullUrl': bundle(['collection', 'searchset'], (_, entry) => {
    const at = entry.findIndex(({ fullUrl }) => String(fullUrl).startsWith('http'))
    if (at < 0) return undefined
    entry[at]!.fullUrl += '/_history/1'
    return `.entry[${at}]`
  }),
  'Bundle with a total that is no search': bundle(['collection', 'transaction', 'document'], (bundle) => {
    bundle.total = 1
    return ''
  }),
  'Bundle with an entry of nothing': bundle(['collection', 'searchset'], (_, entry) => {
    entry.push({ fullUrl: 'http://x.org/fhir/Patient/nothing' })
    return `.entry[${entry.length - 1}]`
  }),
  'Bundle with a request that is no transaction': bundle(['collection', 'searchset', 'document'], (_, entry) => {
    entry[0]!.request = { method: 'GET', url: 'Patient/1' }
    return ''
  }),
  'Bundle with a score that is no search': bundle(['collection', 'transaction', 'document'], (_, entry) => {
    entry[0]!.search = { mode: 'match' }
    return ''
  }),
  'Bundle transaction without a request': bundle(['transaction', 'batch'], (_, entry) => {
    delete entry[0]!.request
    return '.entry[0]'
  }),
  'Bundle document without a time': bundle(['document'], (bundle) => {
    delete bundle.timestamp
    return ''
  }),
  'Bundle document that begins with something else': bundle(['document'], (_, entry) => {
    entry.unshift(entry.pop()!)
    return ''
  }),
}
