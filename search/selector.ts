import { compileExpression, typesOf } from '../resources/path/engine.ts'
import { routeFunction } from '../resources/path/evaluate.ts'
import { compileRoutes } from '../resources/path/routes.ts'
import type { SearchParameter, SelectedValue } from './parameter.ts'

const IS_SUBJECT = 'http://hl7.org/fhir/StructureDefinition/questionnaireresponse-isSubject'

interface SubjectItem {
  extension?: { url: string }[]
  answer?: { valueReference?: object }[]
}

/** R4's two expressions that are no plain paths: by hand, they spare the engine's time and 30 MB. */
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
}

/** Compiles the expression of a search parameter to a plain function, or to one of the FHIRPath engine. */
export function selector(expression: string, typeName: string): SearchParameter['select'] {
  const byHand = BY_HAND[expression]
  if (byHand) return byHand
  const routes = compileRoutes(expression, typeName)
  if (!routes) return engineSelector(expression)
  const branches = routes.map((route) => ({ run: routeFunction(route), type: route.type, binding: route.binding }))
  return (resource) => {
    const selected: SelectedValue[] = []
    for (const { run, type, binding } of branches) {
      for (const value of run(resource)) selected.push({ value, type, binding })
    }
    return selected
  }
}

/** A resource on which the expression fails (`single()` of two) has no values: it must be kept all the same. */
function engineSelector(expression: string): SearchParameter['select'] {
  let run: ((resource: unknown) => unknown[]) | undefined
  return (resource) => {
    try {
      run ??= compileExpression(expression)
      const values = run(resource)
      const types = typesOf(values)
      return values.map((value, at) => ({ value, type: types[at] ?? '', binding: undefined }))
    } catch {
      run ??= () => []
      return []
    }
  }
}
