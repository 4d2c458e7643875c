import { codeLists } from '../../resources/definitions/definitions.ts'
import type { IndexEntry } from '../../resources/store/port.ts'
import { badValue, type Criterion, unknownModifier } from '../criterion.ts'
import type { Expression, TokenTest } from '../expression.ts'
import type { SelectedValue } from '../parameters.ts'
import { splitEscaped, unescaped } from '../values.ts'
import { parseStringTest, textEntry } from './string.ts'

interface Coding {
  system?: string
  code?: string
  display?: string
}

interface CodeableConcept {
  coding?: Coding[]
  text?: string
}

interface Identifier {
  system?: string
  value?: string
  type?: CodeableConcept
}

/** Index entries of a token parameter (R4 search, token). */
export function indexToken(param: string, { value, type, binding }: SelectedValue): IndexEntry[] {
  switch (type) {
    case 'CodeableConcept':
      return ofConcept(param, value as CodeableConcept)
    case 'Coding':
      return ofCoding(param, value as Coding)
    case 'Identifier':
      return ofIdentifier(param, value as Identifier)
    case 'ContactPoint':
      return entry(param, undefined, (value as { value?: string }).value)
    case 'Extension':
      return ofExtension(param, value as Record<string, unknown>)
    case 'code':
      return entry(param, systemOfCode(String(value), binding), String(value))
    default:
      return typeof value === 'object' ? [] : entry(param, undefined, String(value))
  }
}

function ofConcept(param: string, { coding, text }: CodeableConcept): IndexEntry[] {
  return [...(coding ?? []).flatMap((one) => ofCoding(param, one)), ...ofText(param, text)]
}

function ofCoding(param: string, { system, code, display }: Coding): IndexEntry[] {
  return [...entry(param, system, code), ...ofText(param, display)]
}

/** With its type, for `:of-type`: both stand where a system does, as they are asked for together. */
function ofIdentifier(param: string, { system, value, type }: Identifier): IndexEntry[] {
  const typed = (type?.coding ?? []).filter(({ code }) => code !== undefined)
  return [
    ...entry(param, system, value),
    ...typed.flatMap((coding) => entry(`${param}:of-type`, `${coding.system ?? ''}|${coding.code}`, value)),
    ...ofText(param, type?.text),
  ]
}

function ofText(param: string, text: string | undefined): IndexEntry[] {
  return typeof text === 'string' ? [textEntry(`${param}:text`, text)] : []
}

function ofExtension(param: string, extension: Record<string, unknown>): IndexEntry[] {
  return Object.entries(extension)
    .filter(([name]) => name.startsWith('value'))
    .flatMap(([name, value]) => indexToken(param, { value, type: name.slice(5), binding: undefined }))
}

function entry(param: string, system: string | undefined, code: string | undefined): IndexEntry[] {
  return code === undefined ? [] : [['token', param, system ?? '', code]]
}

/** A bare code has the system that its required binding gives it. */
function systemOfCode(code: string, binding: string | undefined): string | undefined {
  const lists = binding === undefined ? undefined : codeLists(binding)
  if (!lists || lists.length === 1) return lists?.[0]?.system
  return lists.find((list) => list.codes.includes(code))?.system
}

/** `code`, `system|code`, `|code` or `system|`, with `:not`, `:text` or `:of-type` or without (R4 search, token). */
export function parseTokenTest(criterion: Criterion): Expression {
  const { parameter, modifier, values } = criterion
  switch (modifier) {
    case undefined:
      return tokenTests(parameter.code, values)
    case 'not':
      return { kind: 'not', part: tokenTests(parameter.code, values) }
    case 'text':
      return parseStringTest({
        ...criterion,
        parameter: { ...parameter, code: `${parameter.code}:text` },
        modifier: undefined,
      })
    case 'of-type': {
      const param = `${parameter.code}:of-type`
      return { kind: 'token', param, tests: values.map((value) => parseTyped(param, value)) }
    }
    default:
      return parseCodesTest(criterion)
  }
}

/** `:in`, `:not-in`, `:below` and `:above`, as far as terminology is known (R4 search, token). */
function parseCodesTest({ parameter, modifier = '', values, terminology }: Criterion): Expression {
  const are = modifier === 'not-in' ? 'in' : modifier
  if (!terminology || (are !== 'in' && are !== 'below' && are !== 'above')) {
    throw unknownModifier(`${parameter.code}:${modifier}`)
  }
  const tests = values.flatMap((value) => terminology.codes(are, are === 'in' ? unescaped(value) : value))
  const part: Expression = { kind: 'token', param: parameter.code, tests }
  return modifier === 'not-in' ? { kind: 'not', part } : part
}

/** Any of the tokens that are written as `code`, `system|code`, `|code` or `system|`. */
export function tokenTests(param: string, values: readonly string[]): Expression {
  return { kind: 'token', param, tests: values.map((value) => parseTest(param, value)) }
}

function parseTest(param: string, text: string): TokenTest {
  if (text === '|') throw badValue(param, 'code, system|code, |code or system|')
  const [first = '', ...rest] = splitEscaped(text, '|')
  if (rest.length === 0) return { system: undefined, code: unescaped(first) }
  const code = unescaped(rest.join('|'))
  return { system: unescaped(first), code: code === '' ? undefined : code }
}

/** `system|code|value`, all three: type and value of an Identifier. */
function parseTyped(param: string, text: string): TokenTest {
  const parts = splitEscaped(text, '|').map(unescaped)
  if (parts.length !== 3 || parts.includes('')) throw badValue(param, 'system|code|value')
  const [system, code, value] = parts
  return { system: `${system}|${code}`, code: value }
}
