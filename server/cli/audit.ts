import { join } from 'node:path'
import { encodeDeed } from '../../auth/audit/codec.ts'
import { makeHeads } from '../../auth/audit/heads.ts'
import { archiveFolder } from '../audit/archive-file.ts'
import { archiveDue } from '../audit/retention.ts'
import { archived } from '../audit/upkeep.ts'
import { administer, type Console, type Desk, type Environment, type Verb } from './administration.ts'
import { exportAuditHeads } from './audit-heads.ts'
import { rulesVerb } from './audit-rules.ts'
import { screenAudit } from './audit-screen.ts'
import { verifyAudit } from './audit-verify.ts'

/** How the command is used. */
export const AUDIT_USAGE = `audit verify [--heads FILE] [--archive DIR] [--url FHIR_BASE] [--token-file FILE]
    Reads the whole audit log and tells whether it is as it was written; what is not, is named, and the exit code is 1. In
    the store in DATA_DIR; where a server has it open, that server does, or with --url another one. It is shown the access
    token in the file, or in CHARTROOM_TOKEN. With --heads it is held against a file of \`audit heads\`, too.
    With --archive the months that were archived are read from that folder, too.
    audit heads [--to FILE] [--url FHIR_BASE] [--token-file FILE]
    The signed heads of all days, and one up to now. Kept elsewhere, they show whether the log was written anew. FILE is
    a new one. Where a server has the store open, that server gives them.
    audit archive
    Archives and drops the months that are older than CHARTROOM_AUDIT_YEARS, as the server does by itself.
    audit screen --from DAY --to DAY [--url FHIR_BASE] [--token-file FILE]
    Judges all accesses of these days by the rules of the privacy office; what is found becomes Tasks for its officers.
    Where a server has the store open, that server does.
    audit rules [--set FILE | --restore | --number N]
    Shows the rules of screens, or the Nth that were set; sets those in a file, or brings the shipped ones back.`

const VERBS: Readonly<Record<string, Verb>> = {
  rules: rulesVerb,
  archive: { names: 0, run: archive },
}

async function archive({ store, config }: Desk): Promise<string[]> {
  const now = Date.now()
  await makeHeads(store, now)
  const folder = archiveFolder(config.dataDir)
  const lines: string[] = []
  for await (const { month, file, records } of archiveDue(store, { years: config.auditYears, folder }, now)) {
    await store.commit({ changes: [], guards: [], audit: encodeDeed(archived(month, 'cli')) })
    lines.push(`${month}: ${records} records archived to ${join(folder, file)}`)
  }
  return lines.length > 0 ? lines : ['No month is old enough.']
}

/** Runs `audit`; answers the exit code: 0, 1 when it failed or the log is broken, 2 for wrong usage. */
export function audit(args: string[], environment: Environment, console?: Console): Promise<number> {
  const [verb, ...rest] = args
  if (verb === 'screen') return screenAudit(rest, environment, AUDIT_USAGE)
  if (verb === 'heads') return exportAuditHeads(rest, environment, AUDIT_USAGE)
  if (verb === 'verify') return verifyAudit(rest, environment, AUDIT_USAGE)
  return administer({ usage: AUDIT_USAGE, verbs: VERBS }, args, environment, console)
}
