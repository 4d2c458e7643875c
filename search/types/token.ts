import { codeLists } from '../../resources/definitions/definitions.ts'
import type { IndexEntry } from '../../resources/store/port.ts'
import { badValue, type Criterion, unknownModifier } from '../criterion.ts'
import type { Expression, TokenTest } from '../expression.ts'
import type { SelectedValue } from '../parameters.ts'
import { splitEscaped, unescaped } from '../values.ts'

interface Coding {
  system?: string
  code?: string
}

/** Index entries of a token parameter (R4 search, token). */
export function indexToken(param: string, { value, type, binding }: SelectedValue): IndexEntry[] {
  switch (type) {
    case 'CodeableConcept':
      return ((value as { coding?: Coding[] }).coding ?? []).flatMap((coding) => ofCoding(param, coding))
    case 'Coding':
      return ofCoding(param, value as Coding)
    case 'Identifier': {
      const identifier = value as { system?: string; value?: string }
      return entry(param, identifier.system, identifier.value)
    }
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

function ofCoding(param: string, coding: Coding): IndexEntry[] {
  return entry(param, coding.system, coding.code)
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

/** `code`, `system|code`, `|code` or `system|`, with `:not` or without (R4 search, token). */
export function parseTokenTest({ parameter, modifier, values }: Criterion): Expression {
  if (modifier !== undefined && modifier !== 'not') throw unknownModifier(`${parameter.code}:${modifier}`)
  const expression: Expression = {
    kind: 'token',
    param: parameter.code,
    tests: values.map((value) => parseTest(parameter.code, value)),
  }
  return modifier === 'not' ? { kind: 'not', part: expression } : expression
}

function parseTest(param: string, text: string): TokenTest {
  if (text === '|') throw badValue(param, 'code, system|code, |code or system|')
  const [first = '', ...rest] = splitEscaped(text, '|')
  if (rest.length === 0) return { system: undefined, code: unescaped(first) }
  const code = unescaped(rest.join('|'))
  return { system: unescaped(first), code: code === '' ? undefined : code }
}
