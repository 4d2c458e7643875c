import { storableTypes } from '../../resources/definitions/definitions.ts'

const MODES = ['enforce', 'report', 'off'] as const

/** What becomes of a write with errors: it is refused, kept and told, or nothing but its structure is looked at. */
export type ValidationMode = (typeof MODES)[number]

/** What is checked of what is written. */
export interface ValidationSettings {
  /** For types that are not named in `byType`. */
  mode: ValidationMode
  byType: ReadonlyMap<string, ValidationMode>
  /** Profiles (canonicals) that resources of a type must follow. */
  profiles: ReadonlyMap<string, readonly string[]>
  /** Whether an extension that nobody knows is an error. */
  strictExtensions: boolean
}

/** Reads the settings of validation. Throws an Error with a sentence for the user when one makes no sense. */
export function validationSettings(get: (name: string) => string): ValidationSettings {
  const unknown = get('CHARTROOM_UNKNOWN_EXTENSIONS')
  if (unknown !== 'warn' && unknown !== 'error') {
    throw new Error(`CHARTROOM_UNKNOWN_EXTENSIONS=${unknown} must be one of warn, error`)
  }
  return { ...modes(get('CHARTROOM_VALIDATION')), profiles: profiles(get), strictExtensions: unknown === 'error' }
}

/** The mode that holds for a type. */
export function modeFor({ mode, byType }: ValidationSettings, type: string): ValidationMode {
  return byType.get(type) ?? mode
}

function modes(text: string): Pick<ValidationSettings, 'mode' | 'byType'> {
  const byType = new Map<string, ValidationMode>()
  let mode: ValidationMode | undefined
  for (const part of text.split(',').map((one) => one.trim())) {
    const [, type, name] = /^(?:(\w+)=)?(\w+)$/.exec(part) ?? []
    const found = MODES.find((one) => one === name)
    if (!found || (type !== undefined && !storableTypes.has(type))) {
      throw new Error(`CHARTROOM_VALIDATION: ${part} is none of ${MODES.join(', ')}, nor Type=one of them`)
    }
    if (type === undefined ? mode !== undefined : byType.has(type)) {
      throw new Error(`CHARTROOM_VALIDATION says two things of ${type ?? 'all types'}`)
    }
    if (type === undefined) mode = found
    else byType.set(type, found)
  }
  return { mode: mode ?? 'enforce', byType }
}

function profiles(get: (name: string) => string): ReadonlyMap<string, readonly string[]> {
  const text = get('CHARTROOM_PROFILES')
  const byType = new Map<string, string[]>()
  if (text === 'unset') return byType
  for (const part of text.split(',').map((one) => one.trim())) {
    const [, type = '', profile = ''] = /^(\w+)=(\w+:\S+)$/.exec(part) ?? []
    if (!storableTypes.has(type)) throw new Error(`CHARTROOM_PROFILES: ${part} is not Type=canonical of a profile`)
    byType.set(type, [...(byType.get(type) ?? []), profile])
  }
  return byType
}
