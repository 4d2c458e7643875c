import type { SearchParameter } from '@medplum/fhirtypes'
import type { SearchParameterTable } from '../shapes.ts'

/** Examples that the package carries beside the specification's own parameters. */
const EXAMPLES = new Set(['example', 'example-extension', 'example-reference'])

/** The specification's SearchParameters that have a base and an expression, sorted by url. */
export function compileSearchParameters(parameters: SearchParameter[]): SearchParameterTable[] {
  return parameters
    .filter((parameter) => parameter.base?.length && parameter.expression && !EXAMPLES.has(parameter.id ?? ''))
    .map(compileParameter)
    .sort((one, other) => (one.url < other.url ? -1 : 1))
}

function compileParameter(parameter: SearchParameter): SearchParameterTable {
  const table: SearchParameterTable = {
    url: parameter.url,
    code: parameter.code,
    type: parameter.type as SearchParameterTable['type'],
    base: parameter.base ?? [],
    expression: parameter.expression ?? '',
  }
  if (parameter.target) table.targets = parameter.target
  if (parameter.component) {
    table.components = parameter.component.map(({ definition, expression }) => ({
      definition: definition ?? '',
      expression: expression ?? '',
    }))
  }
  return table
}
