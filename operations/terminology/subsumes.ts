import { FhirError } from '../../resources/fhir-error.ts'
import { defineComputation } from '../computation.ts'
import type { Coding } from '../parameter-table.ts'
import { parametersOf } from './codings.ts'
import { demandMeant, systemOf } from './meant.ts'

/** R4 CodeSystem/$subsumes: whether one code is above another. */
export const subsumes = defineComputation({
  code: 'subsumes',
  definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-subsumes',
  levels: ['type', 'instance'],
  resourceTypes: ['CodeSystem'],
  affectsState: false,
  tellsOfNobody: true,
  needs: { type: { anyOf: ['r', 's'] }, instance: { anyOf: ['r'] } },
  input: {
    codeA: { type: 'code', max: '1', doc: 'one code' },
    codeB: { type: 'code', max: '1', doc: 'the other' },
    system: { type: 'uri', max: '1', doc: 'url of their code system' },
    version: { type: 'string', max: '1', doc: 'version of the code system' },
    codingA: { type: 'Coding', max: '1', doc: 'in the place of codeA and system' },
    codingB: { type: 'Coding', max: '1', doc: 'in the place of codeB and system' },
  },
  async run(context, { codeA, codeB, system, version, codingA, codingB }) {
    const [one, other] = [codeOf('A', codeA, codingA), codeOf('B', codeB, codingB)]
    const systems = new Set([codingA?.system, codingB?.system, system].filter((url) => url !== undefined))
    if (systems.size > 1) throw FhirError.of('invalid', 'The codes are of two code systems.', { code: 'value' })
    const url = context.id === undefined ? [...systems][0] : undefined
    const meant = await demandMeant({ url, version: version ?? codingA?.version }, context, 'system')
    const outcome = await context.terminology.subsumes({ ...systemOf(meant), codeA: one, codeB: other })
    return { resource: parametersOf([{ name: 'outcome', valueCode: outcome }]) }
  },
})

function codeOf(name: string, code: string | undefined, coding: Coding | undefined): string {
  const own = code ?? coding?.code
  if (own !== undefined && (code === undefined || coding === undefined)) return own
  throw FhirError.of('invalid', `This operation takes code${name} or coding${name}.`, { code: 'required' })
}
