import { ForEngine, type Syntax } from './syntax.ts'
import { type Token, tokensOf } from './tokens.ts'

/** How strongly operators bind (FHIRPath, "Operator Precedence"): the weakest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['implies'],
  ['or', 'xor'],
  ['and'],
  ['in', 'contains'],
  ['=', '!=', '~', '!~'],
  ['<', '>', '<=', '>='],
  ['|'],
  ['is', 'as'],
  ['+', '-', '&'],
  ['*', '/', 'div', 'mod'],
]

/** Nothing that people write is nested deeper, and a tree is walked by recursion. */
const DEEPEST = 100

/** The tree of an expression. Throws ForEngine where it is none, or has what is left to the engine. */
export function parse(expression: string): Syntax {
  const parser = new Parser(tokensOf(expression))
  return parser.all()
}

class Parser {
  private readonly tokens: readonly Token[]
  private at = 0
  private depth = 0

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  all(): Syntax {
    const syntax = this.operation(0)
    if (this.next.kind !== 'end') throw new ForEngine()
    return syntax
  }

  private get next(): Token {
    return this.tokens[this.at]!
  }

  private operation(level: number): Syntax {
    const operators = LEVELS[level]
    if (!operators) return this.signed()
    if (level === 0 && ++this.depth > DEEPEST) throw new ForEngine()
    let left = this.operation(level + 1)
    while ((this.next.kind === 'word' || this.next.kind === 'sign') && operators.includes(this.next.text)) {
      const operator = this.take().text
      left =
        operator === 'is' || operator === 'as'
          ? { kind: 'type', operator, of: left, type: this.typeName() }
          : { kind: 'operation', operator, left, right: this.operation(level + 1) }
    }
    if (level === 0) this.depth--
    return left
  }

  private signed(): Syntax {
    if (this.tookSign('-')) return { kind: 'sign', of: this.path() }
    this.tookSign('+')
    return this.path()
  }

  private path(): Syntax {
    let syntax = this.term()
    for (;;) {
      if (this.tookSign('.')) syntax = this.step(syntax)
      else if (this.tookSign('[')) {
        syntax = { kind: 'item', of: syntax, at: this.operation(0) }
        this.expect(']')
      } else return syntax
    }
  }

  private step(of: Syntax | undefined): Syntax {
    const { kind, text: name } = this.take()
    if (kind !== 'word' && kind !== 'quoted') throw new ForEngine()
    if (kind === 'quoted' || !this.tookSign('(')) return { kind: 'member', of, name }
    const args: Syntax[] = []
    if (!this.tookSign(')')) {
      do args.push(this.operation(0))
      while (this.tookSign(','))
      this.expect(')')
    }
    return { kind: 'call', of, name, args }
  }

  private term(): Syntax {
    const { kind, text } = this.next
    if (kind === 'quoted') return this.step(undefined)
    if (kind === 'word') {
      if (text !== 'true' && text !== 'false') return this.step(undefined)
      this.at++
      return { kind: 'boolean', value: text === 'true' }
    }
    this.at++
    if (kind === 'text') return { kind: 'string', value: text }
    if (kind === 'number') return this.number(text)
    if (kind === 'variable') return { kind: 'variable', name: text }
    return this.sign(text)
  }

  private sign(text: string): Syntax {
    if (text === '$this' || text === '$index') return { kind: text === '$this' ? 'this' : 'index' }
    if (text === '(') {
      const inner = this.operation(0)
      this.expect(')')
      return inner
    }
    if (text !== '{') throw new ForEngine()
    this.expect('}')
    return { kind: 'nothing' }
  }

  /** A number with a unit behind it is a quantity. */
  private number(text: string): Syntax {
    const { kind, text: unit } = this.next
    if (
      kind === 'text' ||
      (kind === 'word' && /^(L|(year|month|week|day|hour|minute|second|millisecond)s?)$/.test(unit))
    )
      throw new ForEngine()
    return { kind: 'number', value: Number(text), isWhole: !text.includes('.') }
  }

  private typeName(): string {
    const names = [this.take()]
    while (this.tookSign('.')) names.push(this.take())
    if (names.some(({ kind }) => kind !== 'word' && kind !== 'quoted')) throw new ForEngine()
    return names.map(({ text }) => text).join('.')
  }

  private take(): Token {
    const token = this.next
    if (token.kind !== 'end') this.at++
    return token
  }

  private tookSign(text: string): boolean {
    const { kind, text: own } = this.next
    if (kind !== 'sign' || own !== text) return false
    this.at++
    return true
  }

  private expect(text: string): void {
    if (!this.tookSign(text)) throw new ForEngine()
  }
}

/** The name of a type that stands as an argument (`ofType(FHIR.Patient)`). Throws ForEngine where there is none. */
export function typeNameOf(syntax: Syntax | undefined): string {
  if (syntax?.kind !== 'member') throw new ForEngine()
  return syntax.of === undefined ? syntax.name : `${typeNameOf(syntax.of)}.${syntax.name}`
}
