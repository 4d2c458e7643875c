import type { FoundProperty, LookupAnswer } from '../../resources/terminology/answers.ts'
import type { Designation } from '../../resources/terminology/concept.ts'
import { defineComputation } from '../computation.ts'
import { codingsOf, dayOf, defined, parametersOf, parted, valued } from './codings.ts'
import { demandMeant, systemOf } from './meant.ts'

/** R4 CodeSystem/$lookup: what is known of a code, on a day. */
export const lookup = defineComputation({
  code: 'lookup',
  definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup',
  levels: ['type', 'instance'],
  resourceTypes: ['CodeSystem'],
  affectsState: false,
  tellsOfNobody: true,
  needs: { type: { anyOf: ['r', 's'] }, instance: { anyOf: ['r'] } },
  input: {
    code: { type: 'code', max: '1', doc: 'the code, with its system' },
    system: { type: 'uri', max: '1', doc: 'url of its code system' },
    version: { type: 'string', max: '1', doc: 'version of the code system' },
    coding: { type: 'Coding', max: '1', doc: 'in the place of code, system and version' },
    date: { type: 'dateTime', max: '1', doc: 'what was known on this day' },
    displayLanguage: { type: 'code', max: '1', doc: 'language of names' },
    property: { type: 'code', max: '*', doc: 'properties that are wanted; all without it' },
  },
  async run(context, { code, system, version, coding, date, displayLanguage, property }) {
    const [asked] = codingsOf({ code, coding })
    const url = context.id === undefined ? (coding?.system ?? system) : undefined
    const meant = await demandMeant({ url, version: coding?.version ?? version }, context, 'system')
    const answer = await context.terminology.lookup({
      ...systemOf(meant),
      code: asked?.code ?? '',
      ...dayOf(date),
      ...(property.length > 0 ? { properties: property } : {}),
      ...defined({ displayLanguage }),
    })
    return { resource: answerOf(answer) }
  },
})

function answerOf({ name, version, display, system, code, definition, abstract, ...rest }: LookupAnswer): object {
  return parametersOf([
    valued('name', 'valueString', name),
    valued('version', 'valueString', version),
    valued('display', 'valueString', display ?? code),
    valued('system', 'valueUri', system),
    valued('code', 'valueCode', code),
    valued('definition', 'valueString', definition),
    abstract ? valued('abstract', 'valueBoolean', true) : undefined,
    ...rest.designations.map(designationOf),
    ...rest.properties.map(propertyOf),
  ])
}

function designationOf({ language, use, value }: Designation): object {
  return parted('designation', [
    valued('language', 'valueCode', language),
    valued('use', 'valueCoding', use),
    valued('value', 'valueString', value),
  ])
}

function propertyOf({ code, type, value, system, display, description }: FoundProperty): object {
  const member = `value${type.charAt(0).toUpperCase()}${type.slice(1)}`
  const own = type === 'Coding' ? defined({ system, code: value, display }) : value
  return parted('property', [
    valued('code', 'valueCode', code),
    valued('value', member, own),
    valued('description', 'valueString', description),
  ])
}
