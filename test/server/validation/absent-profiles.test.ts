import t from 'tap'
import { r4Canonicals } from '../../../resources/conformance/r4.ts'
import { absentProfiles } from '../../../server/validation/absent-profiles.ts'

const VITALS = 'http://hl7.org/fhir/StructureDefinition/vitalsigns'

t.test('tells of required profiles that are not held, and of those of another type', async (t) => {
  const words = (type: string, ...profiles: string[]) => absentProfiles(new Map([[type, profiles]]), r4Canonicals)
  t.strictSame(await words('Observation', VITALS, `${VITALS}|4.0.1`), [])
  t.match(await words('Observation', 'http://example.org/none', `${VITALS}|9`), [
    /^Observation=http:\/\/example\.org\/none is not held: /,
    /^Observation=.*vitalsigns\|9 is not held: /,
  ])
  t.strictSame(await words('Patient', VITALS), [`Patient=${VITALS} is a profile of Observation`])
})
