import { createRequire } from 'node:module'

/** What a unit is in UCUM's base units: `value * factor + offset` of them. */
export interface BaseForm {
  /** The base units with their exponents, in a fixed order: `g.m-3`; `1` for none. */
  base: string
  factor: number
  offset: number
}

interface LibraryUnit {
  isArbitrary_: boolean
  magnitude_: number
  dim_: { dimVec_: number[] | null }
}

interface Converted {
  status: string
  magnitude: number
  unitToExp: Record<string, number>
}

interface Library {
  convertToBaseUnits(code: string, value: number): Converted
  getSpecifiedUnit(code: string): { unit: LibraryUnit | null }
  validateUnitString(code: string, suggest: boolean): { status: string }
}

/** The order of UCUM's base units in the library's dimension vectors. */
const BASE_UNITS = ['m', 's', 'g', 'rad', 'K', 'C', 'cd']

/** Codes of more characters are not taken apart. */
const LONGEST = 64

const INHERITED = Object.getOwnPropertyNames(Object.prototype)

const require = createRequire(import.meta.url)
let library: Library | undefined

/** Loaded when the first uncommon unit asks for it: it costs some 7 MB and 30 ms. */
function ucum(): Library {
  library ??= (require('@lhncbc/ucum-lhc') as { UcumLhcUtils: { getInstance(): Library } }).UcumLhcUtils.getInstance()
  return library
}

/**
 * Works out the base form of a UCUM code. Undefined for what is no UCUM code and for units whose scale is not linear
 * (`[pH]`, decibel): those can be compared with none but themselves.
 */
export function computeBaseForm(code: string): BaseForm | undefined {
  if (!isReadable(code)) return undefined
  try {
    const { unit } = ucum().getSpecifiedUnit(code)
    if (!unit) return undefined
    return unit.isArbitrary_ ? ofArbitrary(code, unit) : ofMeasurable(code)
  } catch {
    // The library throws plain errors at some codes that it cannot read.
    return undefined
  }
}

/**
 * Whether a code is one of UCUM's (case-sensitive), as written; undefined where it is not taken apart. Spaces in annotations are let pass:
 * UCUM has none there, and they change nothing.
 */
export function findCode(asked: string): boolean | undefined {
  const code = asked.replace(/\{[^{}]*\}/g, (annotation) => annotation.replaceAll(' ', '_'))
  if (!/^[!-~]+$/.test(code)) return false
  if (!isReadable(code)) return undefined
  try {
    const { status } = ucum().validateUnitString(code, false)
    return status === 'error' ? undefined : status === 'valid'
  } catch {
    return undefined
  }
}

/** The library prints codes that it stumbles over to the console: what is surely no UCUM it is not asked for. */
function isReadable(code: string): boolean {
  if (code.length > LONGEST || !/^[!-~]+$/.test(code)) return false
  const bare = code.replace(/\{[^{}]*\}(?![\w[%*])/g, '')
  return !/\(\)|[{}|\\]/.test(bare) && !INHERITED.some((name) => bare.includes(name))
}

function ofMeasurable(code: string): BaseForm | undefined {
  const [none, one, many] = [0, 1, 1000].map((value) => ucum().convertToBaseUnits(code, value))
  if (none?.status !== 'succeeded' || one?.status !== 'succeeded' || many?.status !== 'succeeded') return undefined
  const offset = rounded(none.magnitude)
  const factor = rounded((many.magnitude - none.magnitude) / 1000)
  const linear = Math.abs(offset + factor - one.magnitude) <= 1e-9 * Math.abs(one.magnitude)
  return linear && factor > 0 ? { base: printBase(one.unitToExp), factor, offset } : undefined
}

/**
 * Arbitrary units (`[iU]`) are no multiple of another unit, but with one of them alone in the numerator codes differ by
 * a plain factor: `m[iU]/L` is `u[iU]/mL`.
 */
function ofArbitrary(code: string, { magnitude_, dim_ }: LibraryUnit): BaseForm | undefined {
  const atom = /^[a-zA-Z]{0,2}(\[[\w']+\])(?=$|[/{])/.exec(code)?.[1]
  const rest = atom === undefined ? '' : code.slice(code.indexOf(atom) + atom.length)
  if (atom === undefined || rest.includes('[') || !ucum().getSpecifiedUnit(atom).unit?.isArbitrary_) return undefined
  const exponents = Object.fromEntries((dim_.dimVec_ ?? []).map((exponent, at) => [BASE_UNITS[at], exponent]))
  const below = printBase(exponents)
  const name = atom === '[IU]' ? '[iU]' : atom
  return { base: below === '1' ? name : `${name}.${below}`, factor: rounded(magnitude_), offset: 0 }
}

function printBase(exponents: Record<string, number>): string {
  const units = Object.entries(exponents)
    .filter(([, exponent]) => exponent !== 0)
    .map(([unit, exponent]) => (exponent === 1 ? unit : `${unit}${exponent}`))
  return units.sort().join('.') || '1'
}

/** Takes off what the library's multiplications of doubles left: 999999999999.9999 is 1e12. */
function rounded(value: number): number {
  return Number(value.toPrecision(14))
}
