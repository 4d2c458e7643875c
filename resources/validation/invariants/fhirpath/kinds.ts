import { typeTable } from '../../../definitions/definitions.ts'
import { valueBases } from '../../../definitions/value-bases.ts'
import { ForEngine } from './syntax.ts'

/** What types are specializations of (R4 type hierarchy, types.html). */
const BASES: Readonly<Record<string, string>> = {
  ...valueBases,
  MoneyQuantity: 'Quantity',
  SimpleQuantity: 'Quantity',
  Dosage: 'BackboneElement',
  ElementDefinition: 'BackboneElement',
  Timing: 'BackboneElement',
  BackboneElement: 'Element',
  DomainResource: 'Resource',
  Bundle: 'Resource',
  Binary: 'Resource',
  Parameters: 'Resource',
}

const ABSTRACT: ReadonlySet<string> = new Set(['Resource', 'DomainResource', 'Element', 'BackboneElement'])
const SYSTEM: ReadonlySet<string> = new Set(['Boolean', 'String', 'Integer', 'Decimal'])

function baseOf(type: string): string | undefined {
  const base = BASES[type]
  if (base !== undefined) return base
  const kind = typeTable(type)?.kind
  if (kind === 'resource') return 'DomainResource'
  if (kind === 'nested')
    return /^[A-Z][a-z]+[A-Za-z]*\./.test(type) && !isDataType(type) ? 'BackboneElement' : 'Element'
  return ABSTRACT.has(type) ? undefined : 'Element'
}

/** A nested type of a data type (`Timing.repeat`). */
function isDataType(nested: string): boolean {
  return typeTable(nested.slice(0, nested.indexOf('.')))?.kind !== 'resource'
}

/** A test for values of a type as an expression names it (`Quantity`, `FHIR.Quantity`, `System.String`). Throws ForEngine for others. */
export function typeTest(name: string): (type: string) => boolean {
  const [space, own] = name.includes('.') ? name.split('.', 2) : [undefined, name]
  if (own === undefined) throw new ForEngine()
  const isSystem = SYSTEM.has(own) && space !== 'FHIR'
  if (isSystem) return (type) => type === `System.${own}`
  if ((space !== undefined && space !== 'FHIR') || (!typeTable(own) && !ABSTRACT.has(own))) throw new ForEngine()
  return (type) => {
    for (let at: string | undefined = type; at !== undefined; at = baseOf(at)) if (at === own) return true
    return false
  }
}
