import type { Concept } from '../../resources/terminology/concept.ts'
import type { ConceptSource, Edition, SourceOpener } from '../../resources/terminology/concept-source.ts'
import { SystemSource } from '../../resources/terminology/system-source.ts'

/** Code systems from a list of sources, as the concept store opens them, for tests. */
export class OpenerOf implements SourceOpener {
  readonly sources: ConceptSource[]
  changes = 0

  constructor(...sources: ConceptSource[]) {
    this.sources = sources
  }

  async open(system: string, version?: string): Promise<ConceptSource | undefined> {
    return this.sources.find(({ edition }) => {
      const has = version === undefined || edition.version === version
      return edition.system === system && (has || edition.periods?.some((period) => period.version === version))
    })
  }

  async stamp(): Promise<string> {
    return String(this.changes)
  }
}

export const ICD10CM = 'http://hl7.org/fhir/sid/icd-10-cm'

const EDITION: Edition = {
  system: ICD10CM,
  version: undefined,
  name: 'ICD10CM',
  content: 'complete',
  caseSensitive: false,
  periods: [
    { version: '2025', from: '2024-10-01', to: '2025-09-30' },
    { version: '2026', from: '2025-10-01', to: '2026-09-30' },
    { version: '2027', from: '2026-10-01', to: '2027-09-30' },
  ],
}

function record(
  code: string,
  display: string,
  billable: boolean,
  parent?: string,
  days: Partial<Concept> = {},
): Concept {
  return {
    code,
    display,
    properties: [{ code: 'billable', type: 'boolean', value: billable }],
    ...(parent === undefined ? {} : { parents: [parent] }),
    ...days,
  }
}

/** Some codes of ICD-10-CM of three years, I42.0 becoming a header in the last of them. */
export function someIcd10Cm(): SystemSource {
  return new SystemSource(
    EDITION,
    [
      record('E08-E13', 'Diabetes mellitus', false),
      record('E11', 'Type 2 diabetes mellitus', false, 'E08-E13'),
      record('E11.0', 'Type 2 diabetes mellitus with hyperosmolarity', false, 'E11'),
      record('E11.00', 'Type 2 diabetes mellitus with hyperosmolarity without coma', true, 'E11.0'),
      record('E11.01', 'Type 2 diabetes mellitus with hyperosmolarity with coma', true, 'E11.0'),
      record('E11.9', 'Type 2 diabetes mellitus without complications', true, 'E11'),
      record('I42', 'Cardiomyopathy', false),
      record('I42.0', 'Dilated cardiomyopathy', true, 'I42', { to: '2026-09-30' }),
      record('I42.0', 'Dilated cardiomyopathy', false, 'I42', { from: '2026-10-01' }),
      record('I42.00', 'Dilated cardiomyopathy, unspecified', true, 'I42.0', { from: '2026-10-01' }),
      record('I42.01', 'Familial dilated cardiomyopathy', true, 'I42.0', { from: '2026-10-01' }),
      record('I42.1', 'Obstructive hypertrophic cardiomyopathy', true, 'I42'),
      record('Z99.0', 'Dependence on aspirator', true, undefined, { to: '2025-09-30' }),
    ],
    'some-icd-10-cm',
  )
}
