import { ownSearchParameters, storableTypes } from '../../resources/definitions/definitions.ts'
import type { SearchType } from '../../resources/definitions/shapes.ts'
import type { Issue } from '../../resources/fhir-error.ts'
import { compileRoutes, splitUnion } from '../../resources/path/routes.ts'
import { parseSteps } from '../../resources/path/steps.ts'
import { appliesTo, INDEXED_TYPES, officialTables, type ParameterRegistry } from '../parameters.ts'
import { partFault, selectionFault, syntaxFault } from './expression.ts'
import { isUsed, type StoredParameter, tableOf } from './stored.ts'

/** Stored parameters that are used at the most: each costs every write; those that need the FHIRPath engine, much. */
const MOST_USED = 500
const MOST_BY_ENGINE = 50

/** What is wrong with a SearchParameter that is to be stored under an id; nothing where it can be. */
export function parameterFaults(parameter: StoredParameter, id: string, registry: ParameterRegistry): Issue[] {
  const { expression, url, status } = parameter
  const syntax = expression === undefined ? undefined : syntaxFault(expression, sampleTypes(parameter)[0]!)
  if (syntax !== undefined) return [fault('expression', `The expression is refused: ${syntax}.`)]
  if (status !== 'active') return []
  if (!isUsed(parameter)) return officialFaults(parameter)
  const others = registry.custom.filter((other) => other.id !== id)
  if (others.length >= MOST_USED)
    return [fault('status', `This server uses ${MOST_USED} SearchParameters at the most.`)]
  if (isByEngine(parameter) && others.filter(({ table }) => isByEngine(table)).length >= MOST_BY_ENGINE) {
    const words = `This server uses ${MOST_BY_ENGINE} SearchParameters at the most whose expressions are no plain paths.`
    return [fault('expression', words)]
  }
  const twin = others.find(({ table }) => table.url === url)
  return [
    ...(twin ? [fault('url', `SearchParameter/${twin.id} has this url, and is active too.`)] : []),
    ...codeFaults(parameter, others),
    ...typeFaults(parameter),
    ...(parameter.type === 'composite' ? compositeFaults(parameter, registry) : expressionFaults(parameter)),
  ]
}

/** Whether the engine works out what a parameter selects, or a part of it. */
function isByEngine({
  base,
  expression = '',
  component = [],
}: Pick<StoredParameter, 'base' | 'expression' | 'component'>) {
  const isPlain = (path: string) => splitUnion(path.replace(/^%resource\./, '')).every(parseSteps)
  return (
    sampleTypes({ base }).some((type) => !compileRoutes(expression, type)) ||
    !component.every((one) => isPlain(one.expression))
  )
}

/** One of R4's own may be stored as R4 has it. */
function officialFaults({ url, code, type, expression }: StoredParameter): Issue[] {
  const official = officialTables.get(url)
  if (official?.code === code && official.type === type && official.expression === expression) return []
  return [fault('url', 'This url is defined otherwise; what says another thing needs a url of its own.')]
}

function codeFaults({ code, base, url }: StoredParameter, others: ParameterRegistry['custom']): Issue[] {
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(code)) {
    const words = 'begins with a letter and has letters, digits, - and _, 64 in all at the most'
    return [fault('code', `The code of a search parameter ${words}.`)]
  }
  const types = [...storableTypes].filter((type) => appliesTo(tableOf({ ...NOTHING, base }), type))
  const official = [...officialTables.values()].filter((table) => table.code === code)
  for (const type of types) {
    const taken = official.find((table) => appliesTo(table, type))
    const who = taken && ownSearchParameters.includes(taken) ? 'This server' : 'R4'
    if (taken) return [fault('code', `${who} gives ${type} this code (${taken.url}); ${url} needs another.`)]
    const other = others.find(({ table }) => table.code === code && appliesTo(table, type))
    if (other) return [fault('code', `SearchParameter/${other.id} gives ${type} this code; ${url} needs another.`)]
  }
  return []
}

const NOTHING: StoredParameter = { url: '', status: '', code: '', type: 'token', base: [] }

function typeFaults({ type }: StoredParameter): Issue[] {
  if (type === 'composite' || (type !== 'special' && INDEXED_TYPES.has(type as SearchType))) return []
  return [fault('type', `Parameters of type ${type} cannot be defined here.`)]
}

function expressionFaults(parameter: StoredParameter): Issue[] {
  const { expression } = parameter
  if (expression === undefined) return [fault('expression', 'An active search parameter needs an expression.')]
  return sampleTypes(parameter).flatMap((type) => {
    const words = selectionFault(expression, type)
    return words === undefined ? [] : [fault('expression', `The expression is refused: ${words}.`)]
  })
}

/** A composite is found by its parts, which have to be there, in elements that a plain path leads to. */
function compositeFaults(parameter: StoredParameter, registry: ParameterRegistry): Issue[] {
  const { expression = '', component = [] } = parameter
  if (component.length === 0) return [fault('component', 'A composite needs components.')]
  const types = sampleTypes(parameter)
  const pathless = types.find((type) => !compileRoutes(expression, type)?.length)
  return [
    ...(pathless ? [fault('expression', `The expression of a composite is a plain path in ${pathless}.`)] : []),
    ...component.flatMap((one, at): Issue[] => {
      const table = registry.definition(one.definition)
      const refused = syntaxFault(one.expression, types[0]!) ?? partFault(one.expression)
      const words = 'is no search parameter that this server has, or one that cannot be part of another'
      return [
        ...(table && INDEXED_TYPES.has(table.type) ? [] : [fault(`component[${at}].definition`, `It ${words}.`)]),
        ...(refused === undefined
          ? []
          : [fault(`component[${at}].expression`, `The expression is refused: ${refused}.`)]),
      ]
    }),
  ]
}

/** The types of the base; one that has nothing but what all resources have stands for all. */
function sampleTypes({ base }: Pick<StoredParameter, 'base'>): string[] {
  return base.map((type) => (type === 'Resource' || type === 'DomainResource' ? 'Basic' : type))
}

function fault(element: string, diagnostics: string): Issue {
  return { severity: 'error', code: 'invalid', diagnostics, expression: [`SearchParameter.${element}`] }
}
