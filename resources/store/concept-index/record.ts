import type { Concept, ConceptProperty } from '../../terminology/concept.ts'

/** What properties of an edition have in common: their code and type. A record has its number alone. */
export type PropertyKinds = [code: string, type: ConceptProperty['type']][]

type PackedProperty = [kind: number, value: ConceptProperty['value'], system?: string | null, display?: string]
type Rest = Omit<Concept, 'code' | 'display' | 'properties'> & { properties?: PackedProperty[] }
type PackedRecord = [code: string, display: string, rest?: Rest]

/** Makes records small: the names of properties are kept once for all. */
export class RecordPacker {
  readonly kinds: PropertyKinds = []
  private readonly numbers = new Map<string, number>()

  pack({ code, display, properties, ...rest }: Concept): Uint8Array {
    const packed = properties?.map((property) => this.packProperty(property))
    const more = packed === undefined ? rest : { ...rest, properties: packed }
    const record: PackedRecord = Object.keys(more).length === 0 ? [code, display] : [code, display, more]
    return Buffer.from(JSON.stringify(record))
  }

  private packProperty({ code, type, value, system, display }: ConceptProperty): PackedProperty {
    const name = `${type} ${code}`
    let kind = this.numbers.get(name)
    if (kind === undefined) {
      kind = this.kinds.push([code, type]) - 1
      this.numbers.set(name, kind)
    }
    if (display !== undefined) return [kind, value, system ?? null, display]
    return system === undefined ? [kind, value] : [kind, value, system]
  }
}

/** A concept from its bytes. */
export function unpack(bytes: Uint8Array, kinds: Readonly<PropertyKinds>): Concept {
  const [code, display, rest] = JSON.parse(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(),
  ) as PackedRecord
  if (!rest) return { code, display }
  const { properties, ...more } = rest
  if (!properties) return { code, display, ...more }
  return { code, display, ...more, properties: properties.map((one) => unpackProperty(one, kinds)) }
}

function unpackProperty(
  [kind, value, system, display]: PackedProperty,
  kinds: Readonly<PropertyKinds>,
): ConceptProperty {
  const [code, type] = kinds[kind]!
  const property: ConceptProperty = { code, type, value }
  if (system != null) property.system = system
  if (display !== undefined) property.display = display
  return property
}
