import { defineComputation } from '../computation.ts'
import { defined, parametersOf, parted, valued } from './codings.ts'
import { demandMeant, systemOf } from './meant.ts'

/** R4 CodeSystem/$find-matches: codes by their properties. */
export const findMatches = defineComputation({
  code: 'find-matches',
  definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-find-matches',
  levels: ['type', 'instance'],
  resourceTypes: ['CodeSystem'],
  affectsState: false,
  tellsOfNobody: true,
  needs: { type: { anyOf: ['r', 's'] }, instance: { anyOf: ['r'] } },
  input: {
    system: { type: 'uri', max: '1', doc: 'url of the code system' },
    version: { type: 'string', max: '1', doc: 'version of the code system' },
    property: {
      max: '*',
      min: 1,
      doc: 'properties that a code has',
      parts: {
        code: { type: 'code', max: '1', min: 1, doc: 'name of the property' },
        value: { type: 'any', max: '1', min: 1, doc: 'its value' },
      },
    },
    exact: { type: 'boolean', max: '1', min: 1, doc: 'true: codes that have all; false: those that lack one, too' },
    compositional: { type: 'boolean', max: '1', doc: 'taken, and without effect: no post-coordination is done here' },
  },
  async run(context, { system, version, property, exact }) {
    const meant = systemOf(await demandMeant({ url: system, version }, context, 'system'))
    const found = await context.terminology.findMatches({ ...meant, properties: property, exact })
    const matches = found.map(({ concept: { code, display }, left }) =>
      parted('match', [
        valued('code', 'valueCoding', defined({ system: meant.system || undefined, code, display })),
        ...left.map((one) =>
          parted('unmatched', [parted('property', [valued('code', 'valueCode', one.code), plain(one.value)])]),
        ),
      ]),
    )
    return { resource: parametersOf(matches) }
  },
})

function plain(value: string | number | boolean): object | undefined {
  const member = { string: 'valueString', number: 'valueDecimal', boolean: 'valueBoolean' }[typeof value as 'string']
  return valued('value', member, value)
}
