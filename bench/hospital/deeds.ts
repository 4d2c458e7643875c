import type { Deed, DeedAgent } from '../../auth/audit/deed.ts'
import type { Draw } from './draw.ts'
import type { Look } from './looks.ts'
import type { Patient } from './patients.ts'
import type { Job, Staff } from './staff.ts'

/** What is looked at in a record, by manner. */
const SEARCHES: Readonly<Record<Look['manner'], readonly string[]>> = {
  chart: [
    'Condition?patient=@&clinical-status=active',
    'Observation?patient=@&category=vital-signs&_sort=-date',
    'Observation?patient=@&category=laboratory&_sort=-date',
    'MedicationRequest?patient=@&status=active',
    'DocumentReference?patient=@&_sort=-date',
    'AllergyIntolerance?patient=@',
    'Encounter?patient=@&_sort=-date',
  ],
  glance: ['Encounter?patient=@&_sort=-date'],
  coding: ['Encounter?patient=@', 'Procedure?patient=@', 'Condition?patient=@', 'DocumentReference?patient=@'],
  billing: ['Claim?patient=@', 'Coverage?patient=@', 'Encounter?patient=@'],
  registration: ['Coverage?patient=@', 'Appointment?patient=@'],
  refused: ['Condition?patient=@'],
  emergency: ['Condition?patient=@', 'MedicationRequest?patient=@', 'AllergyIntolerance?patient=@'],
}

const ROLES: Readonly<Record<Job, string>> = {
  physician: 'physician',
  nurse: 'physician',
  'float-nurse': 'physician',
  pharmacist: 'physician',
  laboratory: 'technician',
  registrar: 'technician',
  coder: 'coder',
  biller: 'biller',
  'privacy-officer': 'privacy-officer',
}

const CLIENTS: Readonly<Record<Job, string>> = {
  physician: 'chart-app',
  nurse: 'chart-app',
  'float-nurse': 'chart-app',
  pharmacist: 'pharmacy-app',
  laboratory: 'laboratory-app',
  registrar: 'front-desk',
  coder: 'coding-desk',
  biller: 'billing-desk',
  'privacy-officer': 'privacy-desk',
}

/** Makes what the log would have kept of what people do. */
export class Deeds {
  private readonly draw: Draw
  private requests = 0

  constructor(draw: Draw) {
    this.draw = draw
  }

  /** One sitting as the accesses that it is of, seconds apart. */
  of({ at, who, patient, events, manner, visit }: Look): Deed[] {
    const { draw } = this
    const deeds: Deed[] = manner === 'emergency' ? [this.brokenGlass(at, who, patient)] : []
    const base = { ...this.asked(who), purposes: [purposeOf(who.job, manner)] }
    let moment = at
    for (let event = 0; event < events; event++) {
      moment += draw.integer(2, 45) * 1000
      if (manner === 'refused') deeds.push(refusal({ ...base, ...this.request(moment) }, patient))
      else if (event === 0) deeds.push(reading({ ...base, ...this.request(moment) }, 'Patient', patient.id, patient))
      else if (visit && draw.chance(0.2))
        deeds.push(reading({ ...base, ...this.request(moment) }, 'Encounter', visit.id, patient))
      else if (manner === 'chart' && draw.chance(0.12))
        deeds.push(this.writing({ ...base, ...this.request(moment) }, patient))
      else
        deeds.push(
          search({ ...base, ...this.request(moment) }, draw.pick(SEARCHES[manner]), patient, draw.integer(1, 25)),
        )
    }
    return deeds
  }

  /** Somebody looks at the own record with an app for patients. */
  ofPatient(at: number, patient: Patient): Deed {
    const agent = { user: `Patient/${patient.id}`, subject: patient.id, client: 'patient-app', role: 'patient' }
    const from = `198.51.100.${this.draw.integer(1, 250)}`
    const base = { agent, from, purposes: ['PATRQT'], ...this.request(at) }
    return search(base, this.draw.pick(SEARCHES.chart), patient, this.draw.integer(1, 25))
  }

  /** Somebody exports the records of many. */
  export(at: number, agent: DeedAgent, from: string, count: number): Deed {
    return {
      ...this.request(at),
      kind: 'operation',
      code: 'export',
      action: 'E',
      outcome: '0',
      agent,
      from,
      type: 'Patient',
      query: 'Patient/$export',
      count,
    }
  }

  agentOf({ id, job, department }: Staff): DeedAgent {
    return {
      user: `Practitioner/${id}`,
      subject: id,
      client: CLIENTS[job],
      role: ROLES[job],
      organization: department.id,
    }
  }

  private asked(who: Staff): Pick<Deed, 'agent' | 'from'> {
    return { agent: this.agentOf(who), from: who.from }
  }

  private request(at: number): Pick<Deed, 'at' | 'request'> {
    return { at, request: `hospital-${(++this.requests).toString(36).padStart(6, '0')}` }
  }

  private brokenGlass(at: number, who: Staff, patient: Patient): Deed {
    return {
      ...this.asked(who),
      ...this.request(at),
      kind: 'operation',
      code: 'break-glass',
      action: 'E',
      outcome: '0',
      purposes: ['BTG'],
      type: 'Patient',
      parts: [{ type: 'Patient', id: patient.id, patients: [patient.id] }],
      patients: [patient.id],
      reason: 'emergency',
    }
  }

  private writing(base: Base, patient: Patient): Deed {
    const part = { type: 'Observation', id: `observation-${this.requests}`, version: 1, patients: [patient.id] }
    return { ...base, kind: 'rest', code: 'create', action: 'C', outcome: '0', type: 'Observation', parts: [part] }
  }
}

type Base = Pick<Deed, 'at' | 'agent'> & Partial<Deed>

function reading(base: Base, type: string, id: string, patient: Patient): Deed {
  const parts = [{ type, id, version: 1, patients: [patient.id] }]
  return { ...base, kind: 'rest', code: 'read', action: 'R', outcome: '0', type, parts, count: 1 }
}

function search(base: Base, query: string, patient: Patient, count: number): Deed {
  const type = query.slice(0, query.indexOf('?'))
  const asked = query.replace('@', patient.id)
  const patients = [patient.id]
  return { ...base, kind: 'rest', code: 'search-type', action: 'E', outcome: '0', type, query: asked, patients, count }
}

function refusal(base: Base, patient: Patient): Deed {
  const parts = [{ type: 'Patient', id: patient.id, patients: [patient.id] }]
  return { ...base, kind: 'rest', code: 'read', action: 'R', outcome: '4', told: 'forbidden', type: 'Patient', parts }
}

function purposeOf(job: Job, manner: Look['manner']): string {
  if (manner === 'emergency') return 'BTG'
  if (job === 'coder') return 'HOPERAT'
  return job === 'biller' ? 'HPAYMT' : 'TREAT'
}
