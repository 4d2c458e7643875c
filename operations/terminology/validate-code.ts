import type { Issue } from '../../resources/fhir-error.ts'
import type { ValidateCodeAnswer } from '../../resources/terminology/answers.ts'
import { type Computed, defineComputation } from '../computation.ts'
import { boundSet } from './bound-set.ts'
import { codingsOf, dayOf, defined, parametersOf, valued } from './codings.ts'
import { demandMeant, meantBy } from './meant.ts'

const CODES = {
  code: { type: 'code', max: '1', doc: 'the code' },
  display: { type: 'string', max: '1', doc: 'the name that it is told by' },
  coding: { type: 'Coding', max: '1', doc: 'in the place of code' },
  codeableConcept: { type: 'CodeableConcept', max: '1', doc: 'in the place of code: one of its codings is enough' },
  date: { type: 'dateTime', max: '1', doc: 'whether it was valid on this day' },
  abstract: { type: 'boolean', max: '1', doc: 'false: what is there for its place in the tree alone is not valid' },
  displayLanguage: { type: 'code', max: '1', doc: 'language of names' },
} as const

const NEEDS = { type: { anyOf: ['r', 's'] }, instance: { anyOf: ['r'] } } as const

/** R4 CodeSystem/$validate-code: whether a code is one of a code system, on a day. */
export const validateCodeOfSystem = defineComputation({
  code: 'validate-code',
  definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-validate-code',
  levels: ['type', 'instance'],
  resourceTypes: ['CodeSystem'],
  affectsState: false,
  tellsOfNobody: true,
  needs: NEEDS,
  input: {
    url: { type: 'uri', max: '1', doc: 'url of the code system' },
    codeSystem: { type: 'Resource', max: '1', types: ['CodeSystem'], doc: 'the code system itself' },
    version: { type: 'string', max: '1', doc: 'version of the code system' },
    ...CODES,
  },
  async run(context, { url, codeSystem, version, abstract, displayLanguage, ...given }) {
    const codings = codingsOf(given)
    const told = context.id === undefined && !codeSystem ? (url ?? codings[0]?.system) : url
    const system = await demandMeant({ url: told, version, resource: codeSystem }, context)
    const question = { system, codings, ...dayOf(given.date), ...defined({ abstract, displayLanguage }) }
    return answerOf(await context.terminology.validateCode(question))
  },
})

/** R4 ValueSet/$validate-code: whether a code is in a value set, on a day. */
export const validateCodeInSet = defineComputation({
  code: 'validate-code',
  definition: 'http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code',
  levels: ['type', 'instance'],
  resourceTypes: ['ValueSet'],
  affectsState: false,
  tellsOfNobody: true,
  needs: NEEDS,
  input: {
    url: { type: 'uri', max: '1', doc: 'url of the value set' },
    context: { type: 'uri', max: '1', doc: 'the element that it is bound to: Patient.gender' },
    valueSet: { type: 'Resource', max: '1', types: ['ValueSet'], doc: 'the value set itself' },
    valueSetVersion: { type: 'string', max: '1', doc: 'version of the value set' },
    system: { type: 'uri', max: '1', doc: 'code system of the code' },
    systemVersion: { type: 'string', max: '1', doc: 'version of the code system' },
    inferSystem: { type: 'boolean', max: '1', doc: 'true: a code without a system is one of the value set (R5)' },
    ...CODES,
  },
  async run(context, { url, valueSet, valueSetVersion, system, systemVersion, abstract, displayLanguage, ...given }) {
    const codings = codingsOf({ ...given, system, version: systemVersion })
    const bound = given.context === undefined ? undefined : boundSet(given.context)
    const set = await meantBy({ url: url ?? bound, version: valueSetVersion, resource: valueSet }, context)
    const inferSystem = given.inferSystem === true || (given.code !== undefined && system === undefined)
    const answer = await context.terminology.validateCode({
      valueSet: set ?? (await demandMeant({}, context)),
      codings,
      ...dayOf(given.date),
      ...(inferSystem ? { inferSystem } : {}),
      ...defined({ abstract, displayLanguage }),
    })
    return answerOf(answer)
  },
})

function answerOf({ result, message, display, code, system, version, inactive, issues }: ValidateCodeAnswer): Computed {
  return {
    resource: parametersOf([
      valued('result', 'valueBoolean', result),
      valued('message', 'valueString', message),
      valued('display', 'valueString', display),
      valued('code', 'valueCode', code),
      valued('system', 'valueUri', system),
      valued('version', 'valueString', version),
      inactive ? valued('inactive', 'valueBoolean', true) : undefined,
      issues.length > 0 ? { name: 'issues', resource: outcomeOf(issues) } : undefined,
    ]),
  }
}

function outcomeOf(issues: readonly Issue[]): object {
  const issue = issues.map(({ severity, code, diagnostics, expression }) => ({
    severity,
    code,
    diagnostics,
    ...(expression ? { expression } : {}),
  }))
  return { resourceType: 'OperationOutcome', issue }
}
