import t from 'tap'
import { scopeWords } from '../../../auth/smart/scope-words.ts'

t.test('scopes in words', async (t) => {
  const said: [string, string, boolean][] = [
    ['patient/Observation.rs', 'Read and search Observation records of this patient', true],
    ['user/DiagnosticReport.cud', 'Add, change and delete Diagnostic Report records that you may see yourself', true],
    ['patient/*.read', 'Read and search all kinds of records of this patient', true],
    [
      'patient/Observation.rs?category=laboratory',
      'Read and search Observation records of this patient, only where category is laboratory',
      true,
    ],
    ['launch/patient', 'Know which patient was chosen', false],
    ['offline_access', 'Keep its access while you are away, until you take it back', true],
    ['constructor', 'constructor', true],
  ]
  for (const [scope, words, optional] of said) t.same(scopeWords(scope), { scope, words, optional })
})
