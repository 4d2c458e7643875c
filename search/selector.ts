import { routeFunction } from '../resources/path/evaluate.ts'
import { compileRoutes } from '../resources/path/routes.ts'
import { engineSelector } from './engine-selector.ts'
import type { SearchParameter, SelectedValue } from './parameter.ts'

const IS_SUBJECT = 'http://hl7.org/fhir/StructureDefinition/questionnaireresponse-isSubject'

interface SubjectItem {
  extension?: { url: string }[]
  answer?: { valueReference?: object }[]
}

interface EventEntity {
  type?: { code?: string }
  what?: { identifier?: object }
}

/** The expressions of R4, and the server's own, that are no plain paths: by hand, they spare the engine's time and 30 MB. */
const BY_HAND: Record<string, SearchParameter['select']> = {
  'Patient.deceased.exists() and Patient.deceased != false': (resource) => {
    const { deceasedBoolean, deceasedDateTime } = resource as Record<string, unknown>
    const value = (deceasedBoolean ?? deceasedDateTime ?? false) !== false
    return [{ value, type: 'boolean', binding: undefined }]
  },
  [`QuestionnaireResponse.item.where(hasExtension('${IS_SUBJECT}')).answer.value.ofType(Reference)`]: (resource) => {
    const { item } = resource as { item?: SubjectItem[] }
    const answers = (item ?? []).filter(({ extension }) => extension?.some(({ url }) => url === IS_SUBJECT))
    return answers
      .flatMap(({ answer }) => answer ?? [])
      .flatMap(({ valueReference: value }) => (value ? [{ value, type: 'Reference', binding: undefined }] : []))
  },
  "AuditEvent.entity.where(type.code = 'XrequestId').what.identifier": (resource) => {
    const { entity } = resource as { entity?: EventEntity[] }
    const requests = (entity ?? []).filter(({ type }) => type?.code === 'XrequestId')
    return requests.flatMap(({ what }) =>
      what?.identifier ? [{ value: what.identifier, type: 'Identifier', binding: undefined }] : [],
    )
  },
}

/**
 * Compiles the expression of a search parameter to a plain function, or to one of the FHIRPath engine: `onOverrun` is told
 * when that gives up on a resource.
 */
export function selector(expression: string, typeName: string, onOverrun: () => void): SearchParameter['select'] {
  const byHand = BY_HAND[expression]
  if (byHand) return byHand
  const routes = compileRoutes(expression, typeName)
  if (!routes) return engineSelector(expression, onOverrun)
  const branches = routes.map((route) => ({ run: routeFunction(route), type: route.type, binding: route.binding }))
  return (resource) => {
    const selected: SelectedValue[] = []
    for (const { run, type, binding } of branches) {
      for (const value of run(resource)) selected.push({ value, type, binding })
    }
    return selected
  }
}
