import type { Place, Run } from '../place.ts'
import type { StructureDefinitionLike } from '../question.ts'
import { type Checking, type Conformance, memoryOf, type Others, telling } from './checking.ts'
import { canonicalOf, compiledProfile } from './compile.ts'
import { checkElement } from './members.ts'
import { tellUnsupported } from './must-support.ts'
import { identityOf } from './places.ts'
import { probe } from './probe.ts'
import { coreType } from './reference.ts'
import { isOfType } from './types.ts'

/**
 * Holds a value against a structure, and tells what is wrong: a profile of a resource or of a data type, a definition of an
 * extension. A value is held against each structure once in a run.
 */
export function checkAgainst(place: Place, structure: StructureDefinitionLike, run: Run): void {
  holdStructure(place, structure, telling(run, canonicalOf(structure)))
}

function holdStructure(place: Place, structure: StructureDefinitionLike, checking: Checking): void {
  if (!isOfType(place, structure.type)) {
    checking.report(place, {
      severity: 'error',
      code: 'structure',
      messageId: 'profile-other-type',
      diagnostics: `the profile ${checking.profile} is one of ${structure.type}, not of ${place.type}`,
    })
    return
  }
  // What a type itself says is checked without profiles.
  if (structure.derivation !== 'constraint' || (!checking.silent && !isFirst(place, structure, checking))) return
  const compiled = compiledProfile(structure, checking.run.known)
  if (compiled === undefined) checking.wait()
  else if (compiled) {
    checkElement(place, compiled.root, checking, others)
    if (checking.run.options.mustSupport && !checking.silent) tellUnsupported(place, compiled.root, checking, others)
  } else missing(place, checking, 'profile-snapshot', 'has no snapshot, and none could be made')
}

function isFirst(place: Place, structure: StructureDefinitionLike, checking: Checking): boolean {
  const { done } = memoryOf(checking.run)
  const places = done.get(structure) ?? new Set()
  done.set(structure, places)
  const identity = identityOf(place)
  if (places.has(identity)) return false
  places.add(identity)
  return true
}

function missing(place: Place, checking: Checking, messageId: string, why: string): void {
  checking.report(place, {
    severity: 'warning',
    code: 'not-found',
    messageId,
    diagnostics: `not checked: the profile ${checking.profile} ${why}`,
  })
}

const others: Others = {
  hold(place, canonical, around) {
    if (coreType(canonical) !== undefined) return
    const structure = around.run.known.structure(canonical)
    const checking = { ...around, profile: structure ? canonicalOf(structure) : canonical }
    if (structure === undefined) around.wait()
    else if (structure) holdStructure(place, structure, checking)
    else missing(place, checking, 'profile-unknown', 'is not known here')
  },
  ask(place, canonical, around, depth) {
    const { known } = around.run
    const structure = known.structure(canonical)
    if (!structure) return UNKNOWN
    const kept = memoryOf(around.run).probes[depth > 0 ? 1 : 0]
    const results = kept.get(structure) ?? new Map<object, Conformance>()
    kept.set(structure, results)
    const identity = identityOf(place)
    let result = results.get(identity)
    if (!result) {
      // Whoever asks the same while it is found out is in a circle.
      results.set(identity, UNKNOWN)
      result = probe(around, canonicalOf(structure), depth, (checking) => holdStructure(place, structure, checking))
      results.set(identity, result)
    }
    return result
  },
  askElement: (place, node, around) =>
    probe(around, around.profile, around.depth, (checking) => checkElement(place, node, checking, others)),
}

const UNKNOWN: Conformance = { conforms: undefined, faults: [] }
