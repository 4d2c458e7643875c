import type { Fact, ParameterPart, Sheet, Summary } from './sheet.ts'

/** A sheet as a Parameters resource: its facts and summaries, a parameter a row, and what is known at the end. */
export async function* parametersOf<R>(sheet: Sheet<R>): AsyncGenerator<string, void, undefined> {
  const before = [...sheet.facts.map(factPart), ...(sheet.summaries ?? []).map(summaryPart)]
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
  return typeof value === 'number' ? { name, valueInteger: value } : { name, valueString: value }
}

function summaryPart({ name, lines }: Summary): ParameterPart {
  return {
    name,
    part: lines.map(([key, count]) => ({
      name: 'line',
      part: [
        { name: 'key', valueString: key },
        { name: 'count', valueInteger: count },
      ],
    })),
  }
}

/** Nothing, where there is neither a value nor a part of it: FHIR has no empty elements. */
function filled(part: ParameterPart): ParameterPart[] {
  if (part.part) {
    const inner = part.part.flatMap(filled)
    return inner.length > 0 ? [{ ...part, part: inner }] : []
  }
  return Object.entries(part).some(([name, value]) => name !== 'name' && value !== undefined && value !== '')
    ? [part]
    : []
}
