import type { Mutation } from './mutation.ts'

/** Puts a value in place of one primitive of some of the types. */
function put(value: unknown, ...types: string[]): Mutation {
  return (subject) => subject.primitive(...types)?.set(value)
}

/** Spoils the text of one primitive of some of the types. */
function spoil(to: (text: string) => string | undefined, ...types: string[]): Mutation {
  return (subject) => {
    const primitive = subject.primitive(...types)
    const text = typeof primitive?.value === 'string' ? to(primitive.value) : undefined
    return text === undefined ? undefined : primitive?.set(text)
  }
}

const LONG = 'a'.repeat(65)

/** Mutations of values: formats, ranges, codes of required bindings. */
export const VALUES: Readonly<Record<string, Mutation>> = {
  '30 February': put('2020-02-30', 'date', 'dateTime'),
  '29 February of a common year': put('2021-02-29', 'date', 'dateTime'),
  'month 13': put('2020-13-01', 'date', 'dateTime'),
  'day 0': put('2020-01-00', 'date', 'dateTime'),
  'year of two digits': put('20', 'date', 'dateTime'),
  'date as people write it': put('01/02/2020', 'date', 'dateTime'),
  'date with a time': put('2020-01-01T10:00:00Z', 'date'),
  'moment without a zone': put('2020-01-01T10:00:00', 'dateTime', 'instant'),
  'moment without seconds': put('2020-01-01T10:00Z', 'dateTime', 'instant'),
  'hour 25': put('2020-01-01T25:00:00Z', 'dateTime', 'instant'),
  'zone too far': put('2020-01-01T10:00:00+15:00', 'dateTime', 'instant'),
  'instant that is a date': put('2020-01-01', 'instant'),
  'time of day 24:00': put('24:00:00', 'time'),
  'code with a space at its end': spoil((text) => `${text} `, 'code'),
  'code with two spaces': spoil((text) => `${text}  x`, 'code'),
  'code outside of a required binding': (subject) => {
    const given = subject.member(
      ({ type, element }, value) => type === 'code' && isListed(element.binding) && !Array.isArray(value),
    )
    if (!given) return undefined
    given.around[given.name] = 'no-such-code'
    return [given.path]
  },
  'id with an underscore': (subject) => {
    const at = subject.place((place) => place.parent === undefined)
    if (!at) return undefined
    at.value.id = 'a_b'
    return [`${at.path}.id`]
  },
  'id too long': (subject) => {
    const at = subject.place((place) => place.parent === undefined)
    if (!at) return undefined
    at.value.id = LONG
    return [`${at.path}.id`]
  },
  'id of an element with a space': (subject) => {
    const at = subject.place(
      ({ parent, type }) => parent !== undefined && type !== 'Reference' && /^[A-Z]\w*(\.|$)/.test(type),
    )
    if (!at || 'resourceType' in at.value) return undefined
    at.value.id = 'a b'
    return [`${at.path}.id`]
  },
  'uri with a space': put('http://x.org/a b', 'uri', 'url', 'canonical'),
  'uri that is a bad OID': put('urn:oid:1..2', 'uri'),
  'uri that is a bad UUID': put('urn:uuid:x', 'uri'),
  'OID without urn': put('oid:1.2.3', 'uri'),
  'base64 of a wrong length': spoil((text) => `${text}A`, 'base64Binary'),
  'base64 with other letters': put('????', 'base64Binary'),
  'positiveInt 0': put(0, 'positiveInt'),
  'negative positiveInt': put(-1, 'positiveInt'),
  'negative unsignedInt': put(-1, 'unsignedInt'),
  'integer with a fraction': put(1.5, 'integer', 'positiveInt', 'unsignedInt'),
  'integer too large': put(3_000_000_000, 'integer', 'positiveInt', 'unsignedInt'),
  'control character': spoil((text) => `${text}\u0001`, 'string', 'markdown', 'code', 'uri'),
  'nothing but spaces': put('   ', 'string', 'markdown', 'code'),
}

function isListed(binding: string | undefined): boolean {
  return binding !== undefined && !/languages|mimetypes|all-types|currencies|units/.test(binding)
}
