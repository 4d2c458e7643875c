import { ForEngine } from './syntax.ts'

/** A piece of an expression. Of a word and a text, `text` is what they mean, without quotes and escapes. */
export interface Token {
  kind: 'word' | 'quoted' | 'text' | 'number' | 'variable' | 'sign' | 'end'
  text: string
}

const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+|//[^\n]*|/\*[\s\S]*?\*/)`,
    String.raw`(?<word>[A-Za-z_]\w*)`,
    String.raw`(?<number>\d+(?:\.\d+)?)`,
    String.raw`'(?<text>(?:[^'\\]|\\[\s\S])*)'`,
    '(?:`(?<tick>(?:[^`\\\\]|\\\\[\\s\\S])*)`|"(?<quoted>(?:[^"\\\\]|\\\\[\\s\\S])*)")',
    String.raw`%(?:(?<variable>[A-Za-z_][\w-]*)|[\x60'](?<constant>[^\x60']*)[\x60'])`,
    String.raw`(?<sign>\$\w+|<=|>=|!=|!~|[-+*/|&=~<>().,[\]{}])`,
  ].join('|'),
  'y',
)

const ESCAPES: Readonly<Record<string, string>> = { f: '\f', n: '\n', r: '\r', t: '\t' }

/** The pieces of an expression, an end behind the last. Throws ForEngine at what is none of them (dates, for one). */
export function tokensOf(expression: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < expression.length) {
    const groups = TOKEN.exec(expression)?.groups
    if (!groups) throw new ForEngine()
    const token = tokenOf(groups)
    if (token) tokens.push(token)
  }
  tokens.push({ kind: 'end', text: '' })
  return tokens
}

function tokenOf(groups: Record<string, string | undefined>): Token | undefined {
  const { word, number, text, sign, space } = groups
  if (space !== undefined) return undefined
  if (word !== undefined) return { kind: 'word', text: word }
  if (number !== undefined) return { kind: 'number', text: number }
  if (text !== undefined) return { kind: 'text', text: unescaped(text) }
  if (sign !== undefined) return { kind: 'sign', text: sign }
  const variable = groups.variable ?? groups.constant
  if (variable !== undefined) return { kind: 'variable', text: variable }
  return { kind: 'quoted', text: unescaped(groups.tick ?? groups.quoted ?? '') }
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_, code: string | undefined, letter: string) =>
    code === undefined ? (ESCAPES[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16)),
  )
}
