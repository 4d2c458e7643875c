import t from 'tap'
import { isKnownScope, isResourceScope, parseResourceScope } from '../../auth/scopes.ts'

const brief = (scope: string) => {
  const parsed = parseResourceScope(scope)
  if (!parsed) return undefined
  const criteria = parsed.criteria.map(([name, value]) => `${name}=${value}`).join('&')
  return `${parsed.level} ${parsed.type} ${parsed.permissions.join('')}${criteria === '' ? '' : ` ${criteria}`}`
}

t.test('scopes for resources, of SMART 1 and 2', async (t) => {
  const table: Record<string, string> = {
    'patient/*.read': 'patient * rs',
    'patient/*.write': 'patient * cud',
    'patient/*.*': 'patient * cruds',
    'user/Observation.read': 'user Observation rs',
    'user/Observation.write': 'user Observation cud',
    'system/Claim.*': 'system Claim cruds',
    'patient/*.cruds': 'patient * cruds',
    'patient/*.rs': 'patient * rs',
    'user/Patient.c': 'user Patient c',
    'user/Patient.r': 'user Patient r',
    'user/Patient.u': 'user Patient u',
    'user/Patient.d': 'user Patient d',
    'user/Patient.s': 'user Patient s',
    'user/Patient.cud': 'user Patient cud',
    'system/AuditEvent.rs': 'system AuditEvent rs',
    'patient/Observation.rs?category=laboratory': 'patient Observation rs category=laboratory',
    'system/Claim.rs?insurer=Organization/x': 'system Claim rs insurer=Organization/x',
    'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs':
      'patient Observation rs category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs',
    'patient/Observation.rs?category=http%3A%2F%2Floinc.org%7C8867-4&status=final':
      'patient Observation rs category=http://loinc.org|8867-4&status=final',
    'patient/Observation.rs?code=a,b': 'patient Observation rs code=a,b',
    'patient/Observation.rs?code:in=http://vs': 'patient Observation rs code:in=http://vs',
    'patient/*.rs?_lastUpdated=gt2020': 'patient * rs _lastUpdated=gt2020',
    'user/Patient.rs?name=a%5C%2Cb': 'user Patient rs name=a\\,b',
    'user/Patient.rs?name=a%26b%3Dc': 'user Patient rs name=a&b=c',
  }
  for (const [scope, wanted] of Object.entries(table)) {
    t.equal(brief(scope), wanted, scope)
    t.ok(isResourceScope(scope) && isKnownScope(scope), scope)
  }
})

t.test('what is malformed or unknown gives nothing', async (t) => {
  const malformed = [
    '',
    'patient',
    'patient/',
    'patient/*',
    'patient/*.',
    'patient/*.?code=a',
    'patient/.rs',
    'patient/Observation',
    'patient/Observation.sr',
    'patient/Observation.rr',
    'patient/Observation.dus',
    'patient/Observation.rsx',
    'patient/Observation.RS',
    'patient/Observation.reads',
    'patient/Observation.read?code=a',
    'patient/Observation.*?code=a',
    'patient/observation.rs',
    'patient/Parameters.rs',
    'patient/Resource.rs',
    'patient/DomainResource.rs',
    'patient/Observatio*.rs',
    'patient/Observation.rs ',
    ' patient/Observation.rs',
    'patient/Observation.rs\n',
    'patient/Observation.rs?',
    'patient/Observation.rs?code',
    'patient/Observation.rs?code=',
    'patient/Observation.rs?=a',
    'patient/Observation.rs?code=a&',
    'patient/Observation.rs?&code=a',
    'patient/Observation.rs?code=a&&status=final',
    'patient/Observation.rs?code=a&status=',
    'patient/Observation.rs?code=%',
    'patient/Observation.rs?code=%ff',
    'patient/Observation.rs?_count=5',
    'patient/Observation.rs?_sort=date',
    'patient/Observation.rs?_include=Observation:subject',
    'patient/Observation.rs?code=a&_revinclude:iterate=Provenance:target',
    'patient/Observation.rs?code="a"',
    'patient/Observation.rs?code=a\\,b',
    'patient/Observation.rs?code=é',
    'patients/Observation.rs',
    'Patient/Observation.rs',
    'patient//Observation.rs',
    'practitioner/Observation.rs',
    'patient/__proto__.rs',
    'patient/constructor.rs',
    'constructor',
    'system/*/.rs',
    `patient/Observation.rs?code=${'a'.repeat(3000)}`,
  ]
  for (const scope of malformed) {
    t.equal(parseResourceScope(scope), undefined, JSON.stringify(scope.slice(0, 80)))
    t.notOk(isResourceScope(scope) || isKnownScope(scope), JSON.stringify(scope.slice(0, 80)))
  }
})

t.test('scopes that are for no resources are known by their name alone', async (t) => {
  const names = ['launch', 'launch/patient', 'launch/encounter', 'openid', 'fhirUser', 'profile', 'offline_access']
  for (const scope of [...names, 'online_access', 'chartroom/admin']) {
    t.ok(isKnownScope(scope), scope)
    t.notOk(isResourceScope(scope), scope)
  }
  for (const scope of [
    'launch/',
    'launch/patients',
    'OpenID',
    'fhiruser',
    'chartroom/*',
    'chartroom/admins',
    'toString',
  ])
    t.notOk(isKnownScope(scope), scope)
})
