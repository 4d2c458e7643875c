import { bindings } from './bindings/layer.ts'
import { bundles } from './bundle/layer.ts'
import { definitional } from './definitional/layer.ts'
import { extensions } from './extensions/layer.ts'
import { invariants } from './invariants/layer.ts'
import { narratives } from './narrative/layer.ts'
import type { Layer } from './place.ts'
import { profilesLayer } from './profiles/layer.ts'
import { references } from './references/layer.ts'
import { values } from './values/layer.ts'

/** All that is checked beyond structure, in this order. */
export const LAYERS: readonly Layer[] = [
  invariants,
  references,
  bindings,
  profilesLayer,
  bundles,
  narratives,
  extensions,
  values,
  definitional,
]
