import type { ValueSet } from '@medplum/fhirtypes'
import { computeBaseForm } from '../../units/ucum.ts'
import type { CompiledDefinitions } from '../shapes.ts'

const COMMON = 'http://hl7.org/fhir/ValueSet/ucum-common'

/** Codes that laboratory and device data often has and that the value set of common units lacks. */
const MORE = `%{HemoglobinSaturation} 10*3 10*6 10*9/L 10*12/L cal/mL mL/h kg/m2 mL/min/{1.73_m2} pH mcg mEq ml {score}
  [iU] [iU]/L [iU]/mL k[iU]/L k[iU]/mL m[iU]/L m[iU]/mL u[iU]/L u[iU]/mL [IU] [IU]/L [IU]/mL m[IU]/L u[IU]/mL`

/** The base forms of R4's common UCUM codes. */
export function compileUnits(valueSets: ValueSet[]): CompiledDefinitions['units'] {
  const common = valueSets.find(({ url }) => url === COMMON)?.compose?.include ?? []
  const codes = [...common.flatMap(({ concept }) => concept ?? []).map(({ code }) => code), ...MORE.split(/\s+/)]
  const units: CompiledDefinitions['units'] = {}
  for (const code of codes) {
    const form = computeBaseForm(code)
    units[code] = !form ? null : form.offset === 0 ? [form.base, form.factor] : [form.base, form.factor, form.offset]
  }
  return units
}
