import { badValue, type Criterion, unknownModifier } from '../criterion.ts'
import { allOf, type EntryExpression, type Expression } from '../expression.ts'
import type { CompositeBranch } from '../parameter.ts'
import { splitEscaped } from '../values.ts'

/**
 * `value$value`, a part for each component (R4 search, composite). `parsePart` reads a criterion of a component; without
 * modifiers it is decided by index entries.
 */
export function parseCompositeTest(criterion: Criterion, parsePart: (part: Criterion) => Expression): Expression {
  const { parameter, modifier, values } = criterion
  if (modifier !== undefined) throw unknownModifier(`${parameter.code}:${modifier}`)
  const branches = parameter.branches ?? []
  const count = branches[0]?.parts.length ?? 0
  const tests = values.flatMap((value) => {
    const texts = splitEscaped(value, '$')
    if (texts.length !== count || texts.includes('')) throw badValue(parameter.code, `${count} values with $ between`)
    return branches.map((branch) => meets(branch, texts, criterion, parsePart))
  })
  return tests.length === 1 ? tests[0]! : { kind: 'or', parts: tests }
}

function meets(
  { on, parts }: CompositeBranch,
  texts: readonly string[],
  criterion: Criterion,
  parsePart: (part: Criterion) => Expression,
): Expression {
  const tests = parts.map((parameter, at) => parsePart({ ...criterion, parameter, values: [texts[at]!] }))
  return on === 'resource' ? allOf(tests) : { kind: 'composite', parts: tests as EntryExpression[] }
}
