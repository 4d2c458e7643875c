import type { Fact, ParameterPart, Sheet, Summary } from './sheet.ts'

/** A sheet as a Parameters resource: its facts and summaries, a parameter a row, and what is known at the end. */
export async function* parametersOf<R>(sheet: Sheet<R>): AsyncGenerator<string, void, undefined> {
  const summaries = (sheet.summaries ?? []).filter(({ lines }) => lines.length > 0)
  const before = [...sheet.facts.map(factPart), ...summaries.map(summaryPart)]
  let comma = ''
  yield '{"resourceType":"Parameters","parameter":['
  for (const part of before) {
    yield comma + JSON.stringify(part)
    comma = ','
  }
  for await (const row of sheet.rows) {
    yield comma + JSON.stringify({ name: sheet.rowName, part: sheet.parts(row).flatMap(filled) })
    comma = ','
  }
  for (const fact of sheet.ends()) {
    yield comma + JSON.stringify(factPart(fact))
    comma = ','
  }
  yield ']}'
}

function factPart({ name, value }: Fact): ParameterPart {
  return typeof value === 'number' ? { name, valueInteger: value } : { name, valueString: written(value) }
}

function summaryPart({ name, lines }: Summary): ParameterPart {
  return {
    name,
    part: lines.map(([key, count]) => ({
      name: 'line',
      part: [
        { name: 'key', valueString: written(key) },
        { name: 'count', valueInteger: count },
      ],
    })),
  }
}

/** Text without what a FHIR string does not have: control characters. */
function written(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => (/[\t\n\r]/.test(character) ? character : '\ufffd'))
}

/** Nothing, where there is neither a value nor a part of it: FHIR has no empty elements. */
function filled(part: ParameterPart): ParameterPart[] {
  if (part.part) {
    const inner = part.part.flatMap(filled)
    return inner.length > 0 ? [{ ...part, part: inner }] : []
  }
  const { name, ...values } = part
  const [key, value] = Object.entries(values).find(([, one]) => one !== undefined) ?? []
  if (key === undefined || (typeof value === 'string' && value.trim() === '')) return []
  return [{ name, [key]: typeof value === 'string' ? written(value) : value }]
}
