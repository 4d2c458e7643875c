/** Canonical urls of code systems that are loaded (those of HL7's terminology where it has one). */
export const ICD10CM = 'http://hl7.org/fhir/sid/icd-10-cm'
export const ICD10PCS = 'http://www.cms.gov/Medicare/Coding/ICD10'
export const HCPCS = 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets'
export const MSDRG =
  'https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/AcuteInpatientPPS/MS-DRG-Classifications-and-Software'
export const PLACE_OF_SERVICE = 'https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set'
export const CMS_HCC = 'http://terminology.hl7.org/CodeSystem/cmshcc'
export const ICDO3 = 'http://terminology.hl7.org/CodeSystem/icd-o-3'
export const LOINC = 'http://loinc.org'
export const SNOMED = 'http://snomed.info/sct'
export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'

/** Base of canonicals that are chartroom's own. */
export const OWN = 'https://chartroom.invalid/fhir'

/** Major diagnostic categories; nobody gave them a url. */
export const MDC = `${OWN}/CodeSystem/mdc`

/** Items of the NAACCR data dictionary. */
export const NAACCR = `${OWN}/CodeSystem/naaccr-item`

/** What a further name of a concept is for. */
export const DESIGNATION_USE = `${OWN}/CodeSystem/designation-use`
