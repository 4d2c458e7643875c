import { isObject, type JsonObject } from '../../../resources/json/lossless.ts'
import { type Finding, RULES, SEVERITIES, type Severity } from '../../findings.ts'

/** The extension in which a finding stands in `Task.input`. */
export const FINDING = 'https://chartroom.invalid/fhir/StructureDefinition/finding'

/** Findings that stand in a Task: of more, the first. */
const MOST = 200

const PRIORITIES: Readonly<Record<Severity, string>> = { error: 'urgent', warning: 'asap', information: 'routine' }

/** Findings as inputs of a Task, among others that are there, in an order of their own: the same findings make the same list. */
export function inputsOf(findings: readonly Finding[], kept: readonly object[] = []): object[] {
  const texts = [...findings.slice(0, MOST).map(findingInput), ...kept].map((input) => JSON.stringify(input))
  return [...new Set(texts)].sort().map((text) => JSON.parse(text) as object)
}

/** Name of the rule of an input that is a finding. */
export function ruleOf(input: JsonObject): string | undefined {
  const { extension, type } = input
  if (!Array.isArray(extension) || !extension.some((one) => isObject(one) && one.url === FINDING)) return undefined
  const coding = isObject(type) && Array.isArray(type.coding) ? type.coding.find(isObject) : undefined
  return typeof coding?.code === 'string' ? coding.code : undefined
}

/** `Task.priority`: that of the gravest finding. */
export function priorityOf(inputs: readonly object[]): string {
  const text = JSON.stringify(inputs)
  const gravest = SEVERITIES.find((severity) => text.includes(`"valueCode":"${severity}"`)) ?? 'information'
  return PRIORITIES[gravest]
}

function findingInput({ rule, version, severity, message, citation, about, evidence, period, count }: Finding): object {
  const part = (url: string, value: object) => ({ url, ...value })
  return {
    extension: [
      {
        url: FINDING,
        extension: [
          part('severity', { valueCode: severity }),
          part('citation', { valueString: citation }),
          ...about.map((reference) => part('about', { valueReference: { reference } })),
          ...evidence.map((reference) => part('evidence', { valueReference: { reference } })),
          ...(period ? [part('period', { valuePeriod: periodOf(period) })] : []),
          ...(count === undefined ? [] : [part('count', { valueInteger: count })]),
        ],
      },
    ],
    type: { coding: [{ system: RULES, version, code: rule }], text: rule },
    valueString: message,
  }
}

function periodOf({ start, end }: { start: number; end: number }) {
  return { start: new Date(start).toISOString(), end: new Date(end).toISOString() }
}
