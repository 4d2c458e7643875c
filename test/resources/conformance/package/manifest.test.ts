import t from 'tap'
import { missingDependencies } from '../../../../resources/conformance/package/manifest.ts'

const missing = (dependencies: Record<string, string>, loaded: [string, string][] = []) =>
  missingDependencies(
    { name: 'a', version: '1', dependencies },
    loaded.map(([name, version]) => ({ name, version })),
  )

t.test('tells what a package depends on and is not loaded', async (t) => {
  t.strictSame(missing({ 'hl7.fhir.r4.core': '4.0.1' }), [], 'R4 itself is always there')
  t.strictSame(missing({ b: '1.0.0' }), ['a 1 depends on b 1.0.0, which is not loaded'])
  t.strictSame(missing({ b: '1.0.0' }, [['b', '1.0.0']]), [])
  t.strictSame(
    missing({ b: '1.0.0' }, [
      ['b', '0.9.0'],
      ['b', '0.10.0'],
    ]),
    ['a 1 depends on b 1.0.0, which is not loaded (0.10.0 is)'],
  )
})

t.test('versions that are named loosely, and packages by other names', async (t) => {
  t.strictSame(missing({ b: '3.1.x' }, [['b', '3.1.7']]), [])
  t.equal(missing({ b: '3.1.x' }, [['b', '3.10.7']]).length, 1)
  t.strictSame(missing({ b: 'latest' }, [['b', '1']]), [])
  t.strictSame(missing({ 'hl7.fhir.us.core.v311': '3.1.1' }, [['hl7.fhir.us.core', '3.1.1']]), [])
  t.strictSame(missing({ core: 'npm:hl7.fhir.us.core@3.1.1' }, [['hl7.fhir.us.core', '3.1.1']]), [])
})
