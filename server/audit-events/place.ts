import type { Services } from '../call.ts'

/** What AuditEvents are made and indexed with. */
export type LogPlace = Pick<Services, 'baseUrl' | 'parameters' | 'zone'>
