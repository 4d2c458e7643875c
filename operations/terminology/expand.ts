import { defineComputation } from '../computation.ts'
import { boundSet } from './bound-set.ts'
import { dayOf, defined } from './codings.ts'
import { demandMeant } from './meant.ts'

/** R4 ValueSet/$expand: the codes of a value set. */
export const expand = defineComputation({
  code: 'expand',
  definition: 'http://hl7.org/fhir/OperationDefinition/ValueSet-expand',
  levels: ['type', 'instance'],
  resourceTypes: ['ValueSet'],
  affectsState: false,
  tellsOfNobody: true,
  needs: { type: { anyOf: ['r', 's'] }, instance: { anyOf: ['r'] } },
  input: {
    url: { type: 'uri', max: '1', doc: 'url of the value set' },
    valueSet: { type: 'Resource', max: '1', types: ['ValueSet'], doc: 'the value set itself' },
    valueSetVersion: { type: 'string', max: '1', doc: 'version of the value set' },
    context: { type: 'uri', max: '1', doc: 'the element that it is bound to: Patient.gender' },
    contextDirection: { type: 'code', max: '1', doc: 'taken, and without effect' },
    filter: { type: 'string', max: '1', doc: 'words that codes are looked for by' },
    date: { type: 'dateTime', max: '1', doc: 'what is valid on this day' },
    offset: { type: 'integer', max: '1', doc: 'codes that are passed over' },
    count: { type: 'integer', max: '1', doc: 'codes at the most; 0 for their number alone' },
    includeDesignations: { type: 'boolean', max: '1', doc: 'true: with other names' },
    designation: { type: 'string', max: '*', doc: 'uses (system|code) or languages of the other names' },
    includeDefinition: { type: 'boolean', max: '1', doc: 'true: with what the value set is made of' },
    activeOnly: { type: 'boolean', max: '1', doc: 'true: without codes that are not to be used any more' },
    excludeNested: { type: 'boolean', max: '1', doc: 'true: as a list, whatever the value set is' },
    excludeNotForUI: { type: 'boolean', max: '1', doc: 'true: without what is there for its place in the tree alone' },
    excludePostCoordinated: { type: 'boolean', max: '1', doc: 'true: without post-coordinated codes' },
    displayLanguage: { type: 'code', max: '1', doc: 'language of names' },
    'exclude-system': { type: 'canonical', max: '*', doc: 'code systems that are left out' },
    'system-version': { type: 'canonical', max: '*', doc: 'versions of code systems that the value set names without' },
    'check-system-version': { type: 'canonical', max: '*', doc: 'versions that code systems must have' },
    'force-system-version': {
      type: 'canonical',
      max: '*',
      doc: 'versions of code systems, whatever the value set says',
    },
    limitedExpansion: { type: 'boolean', max: '1', doc: 'true: parts whose code system is not held are left out' },
  },
  async run(context, { url, valueSet: resource, valueSetVersion: version, date, filter, offset, count, ...given }) {
    const bound = given.context === undefined ? undefined : boundSet(given.context)
    const { activeOnly, includeDesignations, includeDefinition, excludeNested, excludeNotForUI } = given
    const { excludePostCoordinated, displayLanguage, limitedExpansion } = given
    const expanded = await context.terminology.expand({
      valueSet: await demandMeant({ url: url ?? bound, version, resource }, context),
      ...dayOf(date),
      ...defined({ filter, offset, count, activeOnly, includeDesignations, includeDefinition }),
      ...defined({ excludeNested, excludeNotForUI, excludePostCoordinated, displayLanguage, limitedExpansion }),
      designations: given.designation,
      excludeSystems: given['exclude-system'],
      systemVersions: given['system-version'],
      checkSystemVersions: given['check-system-version'],
      forceSystemVersions: given['force-system-version'],
    })
    return { resource: expanded }
  },
})
