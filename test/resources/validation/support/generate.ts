import { codeLists, type Member, membersOf, typeTable } from '../../../../resources/definitions/definitions.ts'
import { oneOf } from '../../../support/random.ts'

type Random = () => number

const PRIMITIVES: Readonly<Record<string, readonly unknown[]>> = {
  boolean: [true, false],
  integer: [-1, 0, 1, 2, 100],
  positiveInt: [1, 2],
  unsignedInt: [0, 1],
  decimal: [-1, 0, 0.5, 1, 100, 100.5],
  date: ['2020', '2020-01', '2020-01-01', '2020-02-01'],
  dateTime: ['2020', '2020-01-01', '2020-01-01T10:00:00Z', '2020-01-01T12:00:00+02:00', '2020-06-01T10:00:00.5Z'],
  instant: ['2020-01-01T10:00:00Z', '2020-01-01T10:00:00.5Z'],
  time: ['10:00:00', '11:00:00'],
  base64Binary: ['QUJD'],
}

/**
 * A made-up value of a type, right in shape though not in sense. `words` are what its texts are taken from, besides some of its own.
 */
export function generate(type: string, words: readonly string[], random: Random, depth = 0): unknown {
  const table = typeTable(type)
  if (!table || table.kind === 'primitive') return primitive(type, words, random)
  const value: Record<string, unknown> = table.kind === 'resource' ? { resourceType: type } : {}
  const chosen = new Set<string>()
  const members = [...membersOf(type)].sort(() => random() - 0.5)
  const share = depth === 0 ? 0.5 : Math.min(0.5, 3 / members.length)
  for (const [name, member] of members) {
    if (chosen.has(member.name) || random() > share || depth > 3) continue
    chosen.add(member.name)
    addMember(value, name, member, words, random, depth)
  }
  return value
}

function addMember(
  value: Record<string, unknown>,
  name: string,
  member: Member,
  words: readonly string[],
  random: Random,
  depth: number,
): void {
  const { element, primitive: isPrimitive } = member
  const type = member.type === 'Resource' ? oneOf(['Patient', 'Composition', 'MessageHeader'], random) : member.type
  const coded =
    isPrimitive && element.binding !== undefined ? codeLists(element.binding)?.flatMap(({ codes }) => codes) : undefined
  const one = () => (coded?.length && random() < 0.5 ? oneOf(coded, random) : generate(type, words, random, depth + 1))
  const many = Array.from({ length: 1 + Math.floor(random() * 3) }, one)
  value[name] = element.max === 1 ? many[0] : many
  if (!isPrimitive || random() > 0.15) return
  const beside = { extension: [{ url: 'http://x.org', valueCode: 'x' }] }
  value[`_${name}`] = element.max === 1 ? beside : many.map(() => beside)
  if (random() < 0.5) delete value[name]
}

function primitive(type: string, words: readonly string[], random: Random): unknown {
  return oneOf(PRIMITIVES[type] ?? ['a', 'b', ...words], random)
}
