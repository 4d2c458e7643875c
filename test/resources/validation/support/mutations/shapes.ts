import { membersOf, typeTable } from '../../../../../resources/definitions/definitions.ts'
import { assign, drop, type Json, type Mutation, type Subject } from './mutation.ts'

const kindOf = (type: string) => typeTable(type)?.kind

function dropRequired(kind: string): Mutation {
  return (subject) => {
    const given = subject.member(({ element }, _, __, { type }) => element.min > 0 && kindOf(type) === kind)
    if (!given) return undefined
    drop(given.around, given.name)
    return [given.path, given.path.slice(0, given.path.lastIndexOf('.') + 1) + given.member.name]
  }
}

function addUnknown(kind: string): Mutation {
  return (subject) => {
    const at = subject.place(({ type }) => kindOf(type) === kind)
    return at && assign(at.value, 'shoeSize', 42, `${at.path}.shoeSize`)
  }
}

/** Puts something else in place of a member that fits. */
function change(fits: Parameters<Subject['member']>[0], to: (given: unknown) => unknown, at = ''): Mutation {
  return (subject) => {
    const given = subject.member(fits)
    return given && assign(given.around, given.name, to(given.given), given.path + at)
  }
}

const isText = (value: unknown) => typeof value === 'string'
const isList = Array.isArray
const isAlone = (around: unknown) => !isList(around)

/** Mutations of shape: which elements there are, how many, of which JSON type. */
export const SHAPES: Readonly<Record<string, Mutation>> = {
  'required element of a resource dropped': dropRequired('resource'),
  'required element of a backbone element dropped': dropRequired('nested'),
  'required element of a data type dropped': dropRequired('complex'),
  'unknown element in a resource': addUnknown('resource'),
  'unknown element in a backbone element': addUnknown('nested'),
  'unknown element in a data type': addUnknown('complex'),
  'element misspelt': (subject) => {
    const given = subject.member(({ element }) => element.min === 0)
    if (!given) return undefined
    const { around, name, path } = given
    const value = around[name]
    drop(around, name)
    return assign(around, `${name}s`, value, `${path}s`)
  },
  'choice doubled': (subject) => {
    const given = subject.member(({ name, element }) => name.endsWith('[x]') && element.types.length > 1)
    if (!given) return undefined
    const others = [...membersOf(typeOf(subject, given.around))].filter(
      ([name, { name: element, type }]) => element === given.member.name && name !== given.name && type in SIMPLE,
    )
    if (others.length === 0) return undefined
    const [name, { type }] = others[0]!
    given.around[name] = SIMPLE[type]
    const stem = given.path.slice(0, given.path.lastIndexOf('.') + 1)
    return [given.path, stem + name, stem + given.member.name]
  },
  'choice without its type': (subject) => {
    const given = subject.member(({ name, element }) => name.endsWith('[x]') && element.min === 0)
    if (!given) return undefined
    drop(given.around, given.name)
    const name = given.member.name.slice(0, -3)
    return assign(given.around, name, given.given, given.path.slice(0, given.path.lastIndexOf('.') + 1) + name)
  },
  'list for one object': change(
    ({ primitive, element }) => !primitive && element.max === 1,
    (given) => [given],
  ),
  'list for one primitive': change(
    ({ primitive, element }) => primitive && element.max === 1,
    (given) => [given],
  ),
  'one object for a list': change(
    ({ primitive }, given) => !primitive && isList(given),
    (given) => (given as unknown[])[0],
  ),
  'one primitive for a list': change(
    ({ primitive }, given) => primitive && isList(given),
    (given) => (given as unknown[])[0],
  ),
  'empty text': change(
    (_, given, name) => isText(given) && name !== 'resourceType',
    () => '',
  ),
  'empty object': change(
    ({ type }, given) => type !== 'Resource' && isAlone(given) && typeof given === 'object',
    () => ({}),
  ),
  'empty object in a list': change(
    ({ primitive, type }, given) => !primitive && type !== 'Resource' && isList(given),
    (given) => [...(given as unknown[]), {}],
    '$last',
  ),
  'empty list': change(
    (_, given) => isList(given),
    () => [],
  ),
  null: change(
    (_, given) => isAlone(given),
    () => null,
  ),
  'null in a list of objects': change(
    ({ primitive }, given) => !primitive && isList(given),
    (given) => [...(given as unknown[]), null],
    '$last',
  ),
  'null in a list of primitives': change(
    ({ primitive }, given) => primitive && isList(given),
    (given) => [...(given as unknown[]), null],
  ),
  'list in a list': change(
    (_, given) => isList(given),
    (given) => [given],
    '[0]',
  ),
  'number for a text': change(
    (_, given) => isText(given),
    () => 7,
  ),
  'boolean for a text': change(
    (_, given) => isText(given),
    () => true,
  ),
  'text for a boolean': change((_, given) => typeof given === 'boolean', String),
  'text for a number': change((_, given) => typeof given === 'number', String),
  'number for a boolean': change(
    (_, given) => typeof given === 'boolean',
    () => 1,
  ),
  'object for a primitive': change(
    ({ primitive }, given) => primitive && isAlone(given),
    (given) => ({ value: given }),
  ),
  'text for an object': change(
    ({ primitive, type }, given) => !primitive && type !== 'Resource' && isAlone(given),
    () => 'x',
  ),
  'what is beside a value is no object': (subject) => {
    const given = subject.member(({ primitive, element }) => primitive && element.max === 1)
    if (!given) return undefined
    return assign(given.around, `_${given.name}`, 'x', given.path.replace(/\.(\w+)$/, '._$1'))
  },
  'something beside an object': (subject) => {
    const given = subject.member(({ primitive, type }) => !primitive && type !== 'Resource')
    return given && assign(given.around, `_${given.name}`, { id: 'x' }, given.path.replace(/\.(\w+)$/, '._$1'))
  },
  'resource of no type': (subject) => {
    const at = subject.place(({ type, parent }) => kindOf(type) === 'resource' && parent !== undefined)
    return at && [assign(at.value, 'resourceType', 'Shoe', at.path)[0]!]
  },
  'resource without a type': (subject) => {
    const at = subject.place(({ type, parent }) => kindOf(type) === 'resource' && parent !== undefined)
    if (!at) return undefined
    delete at.value.resourceType
    return [at.path]
  },
  'element with nothing but an id': (subject) => {
    const given = subject.member(
      ({ primitive, type, element }, value) =>
        !primitive && type !== 'Resource' && !isList(value) && requiresNothing(type) && element.min === 0,
    )
    return given && assign(given.around, given.name, { id: 'x' }, given.path)
  },
}

const SIMPLE: Readonly<Record<string, unknown>> = {
  boolean: true,
  string: 'x',
  dateTime: '2020-01-01',
  integer: 1,
  Quantity: { value: 1 },
  CodeableConcept: { text: 'x' },
  Period: { start: '2020-01-01' },
  Range: { low: { value: 1 } },
  Reference: { display: 'x' },
}

function typeOf(subject: Subject, value: Json): string {
  return subject.places.find((place) => place.value === value)!.type
}

function requiresNothing(type: string): boolean {
  return Object.values(typeTable(type)?.elements ?? {}).every(({ min }) => min === 0)
}
