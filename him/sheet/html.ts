import type { Column, Fact, Sheet, Summary } from './sheet.ts'

// Columns are as wide as the longest word of their heads, or a fair part of a line: a long list in one of them would take the room of
// all others. What is wider than the window is moved sideways; paper has but its width.
const STYLE = `body{font:1rem/1.5 system-ui,sans-serif;margin:2rem;color:#111;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.2rem}dt{font-weight:600}dd{margin:0 0 .5rem}
table{border-collapse:collapse;margin:1rem 0}caption{text-align:left;font-weight:600}
th,td{border:1px solid #767676;padding:.25rem .5rem;text-align:left;vertical-align:top}
td{overflow-wrap:anywhere}thead th{background:#eee}
tr.marked{border-left:.4rem solid #b00020}tr.marked td{font-weight:600}
.wide{overflow-x:auto}.wide td{min-width:6rem;max-width:26rem}.wide td:first-child{min-width:7rem}
@page{size:landscape;margin:1cm}
@media print{body{margin:0;font-size:8pt}.wide{overflow:visible}.wide table{font-size:6.5pt}thead{display:table-header-group}
.wide th,.wide td{padding:.1rem .2rem}.wide td,.wide td:first-child{min-width:0;max-width:16rem}tr{break-inside:avoid}}`

/** A sheet as a page: it works without scripts, tells nothing by colour alone, and can be printed. */
export async function* htmlOf<R>(sheet: Sheet<R>): AsyncGenerator<string, void, undefined> {
  const { title, facts, summaries = [], columns, rows, marked = () => false } = sheet
  yield `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${escaped(title)}</h1>
${list(facts)}
${summaries.map(summaryTable).join('\n')}
<div class="wide" role="region" aria-label="${escaped(title)}" tabindex="0">
<table><caption>${escaped(title)}</caption>
${head(columns.map((column) => column.title))}
<tbody>
`
  for await (const row of rows) yield rowOf(row, columns, marked(row))
  yield `</tbody></table></div>
${list(sheet.ends())}
</main></body></html>
`
}

function rowOf<R>(row: R, columns: readonly Column<R>[], isMarked: boolean): string {
  const cells = columns.map(({ text }) => `<td>${escaped(text(row))}</td>`)
  return `<tr${isMarked ? ' class="marked"' : ''}>${cells.join('')}</tr>\n`
}

function head(titles: readonly string[]): string {
  return `<thead><tr>${titles.map((title) => `<th scope="col">${escaped(title)}</th>`).join('')}</tr></thead>`
}

function list(facts: readonly Fact[]): string {
  const lines = facts.map(({ title, value }) => `<dt>${escaped(title)}</dt><dd>${escaped(String(value))}</dd>`)
  return lines.length > 0 ? `<dl>${lines.join('')}</dl>` : ''
}

function summaryTable({ title, of, lines }: Summary): string {
  const rows = lines.map(([name, count]) => `<tr><th scope="row">${escaped(name)}</th><td>${count}</td></tr>`)
  return `<table><caption>${escaped(title)}</caption>${head([of, 'Accesses'])}<tbody>${rows.join('\n')}</tbody></table>`
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it may stand in an element or a quoted attribute; control characters, which HTML does not have, are replaced. */
export function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ESCAPES[character]!)
    .replace(/\p{Cc}/gu, (character) => (character === '\n' || character === '\t' ? character : '\ufffd'))
}
