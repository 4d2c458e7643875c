import { casefinding } from './cancer/casefinding.ts'
import { icdo3 } from './cancer/icdo3.ts'
import { naaccr } from './cancer/naaccr.ts'
import { hcc } from './cms/hcc.ts'
import { hcpcs } from './cms/hcpcs.ts'
import { icd10pcs } from './cms/icd10pcs.ts'
import { msdrg } from './cms/msdrg.ts'
import { placeOfService } from './cms/places.ts'
import { icd10cm } from './icd10cm/loader.ts'
import { loinc } from './licensed/loinc.ts'
import { rxnorm } from './licensed/rxnorm.ts'
import { snomed } from './licensed/snomed.ts'
import type { Loader } from './loader.ts'

/** Loaders of what is free for all, in the order that a folder is loaded in. */
export const PUBLIC: readonly Loader[] = [
  icd10cm,
  icd10pcs,
  hcpcs,
  msdrg,
  placeOfService,
  hcc,
  icdo3,
  casefinding,
  naaccr,
]

/** Loaders of what takes a licence, which whoever loads it has. */
export const LICENSED: readonly Loader[] = [loinc, snomed, rxnorm]
