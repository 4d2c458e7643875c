import { membersOf, typeTable } from '../../../resources/definitions/definitions.ts'
import type { JsonObject, JsonValue } from '../../../resources/json/lossless.ts'

/** An element of an XML text. */
export interface XmlElement {
  name: string
  attributes: Record<string, string>
  content: (XmlElement | string)[]
}

const TOKEN =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<\/\s*([\w:]+)\s*>|<([\w:]+)((?:\s+[\w:]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|[^<]+/g
const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** Reads a well-formed XML text: elements, attributes and text, without DTDs and CDATA. */
export function parseXml(text: string): XmlElement {
  const top: XmlElement = { name: '', attributes: {}, content: [] }
  const open = [top]
  for (const [token, closed, opened, attributes, empty] of normalizedEnds(text).matchAll(TOKEN)) {
    if (closed) open.pop()
    else if (opened) {
      const element = { name: opened, attributes: attributesOf(attributes ?? ''), content: [] }
      open.at(-1)!.content.push(element)
      if (!empty) open.push(element)
    } else if (!token.startsWith('<')) open.at(-1)!.content.push(unescaped(token))
  }
  return elementsOf(top)[0]!
}

/** XML 1.0, section 2.11. */
function normalizedEnds(text: string): string {
  return text.replace(/\r\n?/g, '\n')
}

export function elementsOf(element: XmlElement, name?: string): XmlElement[] {
  return element.content.filter((item) => typeof item !== 'string' && (!name || item.name === name)) as XmlElement[]
}

/** R4 json.html: a resource in XML as the JSON it stands for. */
export function resourceToJson(element: XmlElement): JsonObject {
  return { resourceType: element.name, ...membersToJson(element, element.name) }
}

function membersToJson(element: XmlElement, type: string): JsonObject {
  const json: JsonObject = {}
  for (const name of ['id', 'url']) if (element.attributes[name]) json[name] = element.attributes[name]
  for (const child of elementsOf(element)) {
    const member = membersOf(type).get(child.name)
    if (!member) throw new Error(`${type} has no ${child.name}`)
    const [value, sibling] = valueToJson(child, member.type)
    const isList = member.element.max !== 1
    put(json, child.name, value, isList)
    put(json, `_${child.name}`, sibling, isList)
  }
  return json
}

function put(json: JsonObject, name: string, value: JsonValue | undefined, isList: boolean): void {
  if (!isList && value !== undefined) json[name] = value
  // No case of the suite has a sibling in a list, so nothing is filled up with null.
  if (isList && value !== undefined) json[name] = [...((json[name] as JsonValue[] | undefined) ?? []), value]
}

function valueToJson(element: XmlElement, type: string): [JsonValue | undefined, JsonValue | undefined] {
  if (type === 'xhtml') return [printXml(element), undefined]
  if (type === 'Resource') return [resourceToJson(elementsOf(element)[0]!), undefined]
  if (typeTable(type)?.kind !== 'primitive') return [membersToJson(element, type), undefined]
  const sibling = membersToJson(element, 'Element')
  const text = element.attributes.value
  return [text === undefined ? undefined : scalar(text, type), Object.keys(sibling).length > 0 ? sibling : undefined]
}

function scalar(text: string, type: string): JsonValue {
  if (type === 'boolean') return text === 'true'
  return ['decimal', 'integer', 'positiveInt', 'unsignedInt'].includes(type) ? JSON.rawJSON(text) : text
}

function printXml(item: XmlElement | string): string {
  if (typeof item === 'string') return item.replace(/[&<]/g, (character) => (character === '&' ? '&amp;' : '&lt;'))
  const attributes = Object.entries(item.attributes).map(([name, value]) => ` ${name}="${value}"`)
  return `<${item.name}${attributes.join('')}>${item.content.map(printXml).join('')}</${item.name}>`
}

function attributesOf(text: string): Record<string, string> {
  const found = text.matchAll(/([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)
  return Object.fromEntries([...found].map(([, name, double, single]) => [name, unescaped(double ?? single ?? '')]))
}

function unescaped(text: string): string {
  return text.replace(/&(#\d+|\w+);/g, (_, name: string) =>
    name.startsWith('#') ? String.fromCodePoint(Number(name.slice(1))) : ENTITIES[name]!,
  )
}
