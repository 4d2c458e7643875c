import { FhirError } from '../../resources/fhir-error.ts'
import { defineComputation } from '../computation.ts'
import { parametersOf } from './codings.ts'

const TYPES = ['oid', 'uuid', 'uri', 'other']

interface UniqueId {
  type: string
  value: string
  preferred?: boolean
}

/** R4 NamingSystem/$preferred-id: the identifier of a kind that a naming system has, by another of its identifiers. */
export const preferredId = defineComputation({
  code: 'preferred-id',
  definition: 'http://hl7.org/fhir/OperationDefinition/NamingSystem-preferred-id',
  levels: ['type'],
  resourceTypes: ['NamingSystem'],
  affectsState: false,
  tellsOfNobody: true,
  needs: { type: { anyOf: ['r', 's'] } },
  input: {
    id: { type: 'string', max: '1', min: 1, doc: 'an identifier of the naming system' },
    type: { type: 'code', max: '1', min: 1, doc: 'oid, uuid, uri or other: which one is wanted' },
  },
  async run({ canonicals }, { id, type }) {
    if (!TYPES.includes(type)) throw FhirError.of('invalid', `type takes ${TYPES.join(', ')}.`, { code: 'value' })
    const bare = id.replace(/^urn:(?:oid|uuid):/, '')
    const forms = [...new Set([id, bare, `urn:oid:${bare}`, `urn:uuid:${bare}`])]
    for (const form of forms) {
      const found = await canonicals.find('NamingSystem', form)
      const ids = ((found?.resource.uniqueId ?? []) as UniqueId[]).filter((one) => one.type === type)
      const best = ids.find(({ preferred }) => preferred) ?? ids[0]
      if (best) return { resource: parametersOf([{ name: 'result', valueString: best.value }]) }
    }
    throw FhirError.of(
      'not-found',
      'No naming system that is held here has this identifier, and one of the kind asked for.',
    )
  },
})
