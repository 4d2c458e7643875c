import { codeLists, type Member, membersOf, typeTable } from '../../definitions/definitions.ts'
import { rulesOf } from '../../definitions/rules.ts'
import type { Binding } from '../../definitions/shapes.ts'
import type { Check, Layer, Place, Run } from '../place.ts'
import { placesOf } from '../walk.ts'
import { checkBinding } from './check.ts'
import { codingOf, QUANTITIES, shownCoding } from './codings.ts'

/** Bindings of R4's types that the structure does not check, and codes that are none of their system. */
export const bindings: Layer = { name: 'bindings', checkOf }

/** Codes of a format besides mime types (R4 CapabilityStatement.format). */
const FORMATS: ReadonlySet<unknown> = new Set(['xml', 'json', 'ttl'])

function checkOf(type: string): Check | undefined {
  if (type === 'Coding') return checkCoding
  const own = rulesOf(type)['']?.binding
  if (own) return (place, run) => checkBinding(place, own, run)
  const bound = boundMembers(type)
  if (bound.length === 0) return undefined
  return (place, run) => {
    const value = place.value as Readonly<Record<string, unknown>>
    for (const [name, member, binding] of bound) {
      if (value[name] === undefined) continue
      for (const below of placesOf(place, name, member)) {
        if (name !== 'format' || type !== 'CapabilityStatement' || !FORMATS.has(below.value))
          checkBinding(below, binding, run)
      }
    }
  }
}

function boundMembers(type: string): [name: string, member: Member, binding: Binding][] {
  if (!typeTable(type)) return []
  const rules = rulesOf(type)
  return [...membersOf(type)].flatMap(([name, member]) => {
    const binding = rules[member.name]?.binding
    if (!binding || (binding.strength === 'example' && binding.maxValueSet === undefined)) return []
    return isCoded(member) && !isListed(member) ? [[name, member, binding] as [string, Member, Binding]] : []
  })
}

const CODED: ReadonlySet<string> = new Set(['CodeableConcept', 'Coding', 'code', 'uri', 'string', ...QUANTITIES])

function isCoded({ type }: Member): boolean {
  return CODED.has(type)
}

/** Whether the structure has the codes in a list. */
function isListed({ element }: Member): boolean {
  return element.binding !== undefined && codeLists(element.binding) !== undefined
}

/** What is said about codings that are known, whatever they are bound to. */
const FAULTS = {
  code: { severity: 'warning', messageId: 'code-unknown', code: 'code-invalid' },
  display: { severity: 'warning', messageId: 'code-display', code: 'invalid' },
  inactive: { severity: 'warning', messageId: 'code-inactive', code: 'business-rule' },
  system: { severity: 'warning', messageId: 'code-system', code: 'code-invalid' },
} as const

/**
 * A code that is none of its system, another name than the code has, a code that is not used any more. A code that is unknown is an error
 * in a system that FHIR itself defines; others go on (a code of a past year, a newer terminology.hl7.org).
 */
function checkCoding(place: Place, run: Run): void {
  const codings = codingOf(place.value as Readonly<Record<string, unknown>>)
  const [coding] = codings
  if (coding?.system === undefined) return
  for (const { kind, message } of run.known.verdict({ codings })?.faults ?? []) {
    const isFixed = kind === 'code' && isOfFhir(coding.system)
    const { severity, ...fault } = FAULTS[kind]
    const diagnostics = message.includes(`'${coding.code}'`) ? message : `${shownCoding(coding)}: ${message}`
    run.report(place, { ...fault, severity: isFixed ? 'error' : severity, diagnostics })
  }
}

function isOfFhir(system: string): boolean {
  return system.startsWith('http://hl7.org/fhir/') && !system.startsWith('http://hl7.org/fhir/sid/')
}
