import t from 'tap'
import { allowedScopes } from '../../../auth/smart/allowed-scopes.ts'

t.test('what a client may be given of what it asks for', async (t) => {
  const cases: [asked: string, allowed: string, flow: 'user' | 'client', given: string][] = [
    ['patient/Observation.rs', 'patient/*.rs', 'user', 'patient/Observation.rs'],
    ['patient/Observation.read', 'patient/*.rs', 'user', 'patient/Observation.read'],
    ['patient/*.rs', 'patient/*.read', 'user', 'patient/*.rs'],
    ['patient/Observation.cruds', 'patient/*.rs', 'user', ''],
    ['patient/*.rs', 'patient/Observation.rs', 'user', ''],
    ['user/Observation.rs', 'patient/*.rs', 'user', ''],
    ['patient/Observation.rs', 'user/*.cruds', 'user', ''],
    ['user/AuditEvent.rs', 'user/*.cruds', 'user', ''],
    ['user/AuditEvent.rs', 'user/*.rs user/AuditEvent.rs', 'user', 'user/AuditEvent.rs'],
    [
      'patient/Observation.rs?category=laboratory',
      'patient/Observation.rs',
      'user',
      'patient/Observation.rs?category=laboratory',
    ],
    ['patient/Observation.rs', 'patient/Observation.rs?category=laboratory', 'user', ''],
    [
      'patient/Observation.r?category=laboratory',
      'patient/Observation.rs?category=laboratory',
      'user',
      'patient/Observation.r?category=laboratory',
    ],
    ['patient/Observation.rs?category=vital-signs', 'patient/Observation.rs?category=laboratory', 'user', ''],
    // Behind a second question mark there may be another value.
    ['system/Claim.rs?insurer=Organization/x?,Organization/y', 'system/Claim.rs?insurer=Organization/x', 'client', ''],
    ['system/*.rs', 'system/*.rs', 'user', ''],
    ['patient/*.rs user/*.rs', 'patient/*.rs user/*.rs', 'client', ''],
    ['system/Claim.rs', 'system/*.rs', 'client', 'system/Claim.rs'],
    ['openid launch offline_access', 'openid launch', 'user', 'openid launch'],
    ['openid', 'openid', 'client', ''],
    ['chartroom/admin', 'chartroom/admin', 'client', 'chartroom/admin'],
    ['chartroom/admin chartroom/launch', 'user/*.cruds', 'user', ''],
    ['email unknown patient/*.sr patient/Nothing.rs', 'email unknown patient/*.sr patient/Nothing.rs', 'user', ''],
    ['openid openid', 'openid', 'user', 'openid'],
    ['__proto__ constructor', '__proto__ constructor', 'user', ''],
  ]
  for (const [asked, allowed, flow, given] of cases) {
    t.equal(
      allowedScopes(asked.split(' '), allowed.split(' '), flow).join(' '),
      given,
      `${asked} of ${allowed} for a ${flow}`,
    )
  }
})
