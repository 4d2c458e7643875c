import { FhirError } from '../../resources/fhir-error.ts'
import type { TranslateAnswer, TranslateMatch } from '../../resources/terminology/answers.ts'
import { defineComputation } from '../computation.ts'
import { askedCoding, codingsOf, dayOf, defined, parametersOf, parted, valued } from './codings.ts'
import { meantBy } from './meant.ts'

/** R4 ConceptMap/$translate: what a code is in another code system or value set. */
export const translate = defineComputation({
  code: 'translate',
  definition: 'http://hl7.org/fhir/OperationDefinition/ConceptMap-translate',
  levels: ['type', 'instance'],
  resourceTypes: ['ConceptMap'],
  affectsState: false,
  tellsOfNobody: true,
  needs: { type: { anyOf: ['r', 's'] }, instance: { anyOf: ['r'] } },
  input: {
    url: { type: 'uri', max: '1', doc: 'url of the map; all that fit without it' },
    conceptMap: { type: 'Resource', max: '1', types: ['ConceptMap'], doc: 'the map itself' },
    conceptMapVersion: { type: 'string', max: '1', doc: 'version of the map' },
    code: { type: 'code', max: '1', doc: 'the code, with its system' },
    system: { type: 'uri', max: '1', doc: 'code system of the code' },
    version: { type: 'string', max: '1', doc: 'version of the code system' },
    source: { type: 'uri', max: '1', doc: 'value set that the code is from' },
    coding: { type: 'Coding', max: '1', doc: 'in the place of code' },
    codeableConcept: {
      type: 'CodeableConcept',
      max: '1',
      doc: 'in the place of code: all that its codings are mapped to',
    },
    target: { type: 'uri', max: '1', doc: 'value set that the result is to be in' },
    targetsystem: { type: 'uri', max: '1', doc: 'code system that the result is to be of' },
    dependency: {
      max: '*',
      doc: 'what else is known, that a mapping depends on',
      parts: {
        element: { type: 'uri', max: '1', min: 1, doc: 'what it is of' },
        concept: { type: 'CodeableConcept', max: '1', min: 1, doc: 'its value' },
      },
    },
    reverse: { type: 'boolean', max: '1', doc: 'true: from the target of the map to its source' },
    date: { type: 'dateTime', max: '1', doc: 'what held on this day' },
  },
  async run(
    context,
    { url, conceptMap, conceptMapVersion, source, target, targetsystem, dependency, reverse, ...given },
  ) {
    const map = await meantBy({ url, version: conceptMapVersion, resource: conceptMap }, context)
    if (!map && target === undefined && targetsystem === undefined && source === undefined) {
      const words = 'This operation takes the url of a map, or source, target or targetsystem of those that are meant.'
      throw FhirError.of('invalid', words, { code: 'required' })
    }
    const dependencies = dependency.map(({ element, concept }) => ({
      element,
      codings: (concept.coding ?? []).map(askedCoding),
    }))
    const answer = await context.terminology.translate({
      codings: codingsOf(given),
      ...dayOf(given.date),
      ...defined({ map, source, target, targetSystem: targetsystem, reverse }),
      ...(dependencies.length > 0 ? { dependencies } : {}),
    })
    return { resource: answerOf(answer) }
  },
})

function answerOf({ result, message, matches }: TranslateAnswer): object {
  return parametersOf([
    valued('result', 'valueBoolean', result),
    valued('message', 'valueString', message),
    ...matches.map(matchOf),
  ])
}

function matchOf({ equivalence, concept, products, source, comment }: TranslateMatch): object {
  return parted('match', [
    valued('equivalence', 'valueCode', equivalence),
    valued('concept', 'valueCoding', concept),
    ...products.map(({ element, concept: of }) =>
      parted('product', [valued('element', 'valueUri', element), valued('concept', 'valueCoding', of)]),
    ),
    valued('source', 'valueUri', source),
    valued('comment', 'valueString', comment),
  ])
}
