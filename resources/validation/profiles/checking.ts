import { expressionOf, type Finding, type Place, type Run } from '../place.ts'
import type { StructureDefinitionLike } from '../question.ts'
import type { ElementNode } from './node.ts'

/** What was found by holding a value against a profile, without telling it: undefined where it is not known yet. */
export interface Conformance {
  conforms: boolean | undefined
  /** The first faults, where it does not. */
  faults: readonly string[]
}

type Probes = Map<StructureDefinitionLike, Map<object, Conformance>>

/** What one run keeps: what was held against what, and how much was done. */
export interface Memory {
  done: Map<StructureDefinitionLike, Set<object>>
  /** Those of targets of references are others: they do not look at references of their own. */
  probes: readonly [Probes, Probes]
  told: Set<string>
  /** Values that were looked at. */
  work: number
}

const memories = new WeakMap<Run, Memory>()

/** What a run keeps. */
export function memoryOf(run: Run): Memory {
  let memory = memories.get(run)
  if (!memory) {
    memory = { done: new Map(), probes: [new Map(), new Map()], told: new Set(), work: 0 }
    memories.set(run, memory)
  }
  return memory
}

/** Values that are held against elements, slices and invariants in one validation; thousands of slices over lists of thousands would take for ever. */
const MOST_WORK = 1_000_000

/** Holding one value against one profile. */
export interface Checking {
  run: Run
  /** Canonical of the profile, for messages. */
  profile: string
  /** How many references were followed to come here. */
  depth: number
  /** Whether it is only asked, and nothing told. */
  silent: boolean
  report(place: Place, finding: Finding, member?: string): void
  /** Whether enough is known by now: of a silent check, one fault. */
  over(): boolean
  /** Says that something is not known yet. */
  wait(): void
}

/** How values are held against other profiles and elements than those which are being checked. */
export interface Others {
  /** Holds a value against a profile, by its canonical. */
  hold(place: Place, canonical: string, checking: Checking): void
  /** Holds a value against a profile silently. `depth` counts the references that were followed to it. */
  ask(place: Place, canonical: string, checking: Checking, depth: number): Conformance
  /** Holds a value against an element of a profile silently. */
  askElement(place: Place, node: ElementNode, checking: Checking): Conformance
}

/** Findings of which there may be one for each slice. */
const SLICES = /^profile-(slice|must-support|reference-detail)/

/** Tells what is found, each thing once. */
export function telling(run: Run, profile: string): Checking {
  const { told } = memoryOf(run)
  return {
    run,
    profile,
    depth: 0,
    silent: false,
    report(place, finding, member) {
      // An element and its slices may say the same: but each slice has its own count.
      const own = SLICES.test(finding.messageId) ? finding.diagnostics : profile
      const key = `${finding.messageId} ${expressionOf(place)}.${member ?? ''} ${own}`
      if (told.has(key)) return
      told.add(key)
      run.report(place, finding, member)
    },
    over: () => false,
    wait: () => undefined,
  }
}

/** Counts a value that is looked at. Answers false, having said so once, when it is too much for one validation. */
export function isBearable(place: Place, checking: Checking): boolean {
  const memory = memoryOf(checking.run)
  memory.work++
  if (memory.work <= MOST_WORK) return true
  if (memory.work === MOST_WORK + 1) {
    checking.run.report(place, {
      severity: 'error',
      code: 'too-costly',
      messageId: 'profile-too-costly',
      diagnostics: 'holding this against its profiles takes too long: the rest was not checked',
    })
  }
  return false
}
