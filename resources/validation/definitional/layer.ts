import { resourceTypes, typeTable } from '../../definitions/definitions.ts'
import type { Check, Layer } from '../place.ts'
import { checkCanonicalUrl } from './canonical-url.ts'
import { checkCodeSystem } from './code-system.ts'
import { checkQuestionnaire } from './questionnaire.ts'
import { checkSearchParameter } from './search-parameter.ts'
import { checkStructureDefinition } from './structure-definition.ts'
import { checkValueSet } from './value-set.ts'

const CHECKS: Readonly<Record<string, Check>> = {
  CodeSystem: checkCodeSystem,
  Questionnaire: checkQuestionnaire,
  SearchParameter: checkSearchParameter,
  StructureDefinition: checkStructureDefinition,
  ValueSet: checkValueSet,
}

function checkOf(type: string): Check | undefined {
  const elements = typeTable(type)?.elements
  if (!resourceTypes.has(type) || !elements) return undefined
  const isDefinition = Object.hasOwn(elements, 'url') && Object.hasOwn(elements, 'status')
  if (!isDefinition) return undefined
  const own = CHECKS[type]
  if (!own) return checkCanonicalUrl
  return (place, run) => {
    checkCanonicalUrl(place, run)
    own(place, run)
  }
}

/** Definitions (code systems, value sets, profiles, questionnaires …) as far as others could not use them. */
export const definitional: Layer = { name: 'definitional', checkOf }
