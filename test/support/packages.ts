import { buffer } from 'node:stream/consumers'
import { createGzip } from 'node:zlib'
import { type Header, pack } from 'tar-stream'

/** A file of a package: its name, and its text or what is printed as JSON. */
export type FileOfPackage = [name: string, content: string | Buffer | object, header?: Partial<Header>]

/** A gzipped tar of files. */
export async function tarOf(files: readonly FileOfPackage[]): Promise<Buffer> {
  const archive = pack()
  for (const [name, content, header] of files) {
    const text = typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content)
    archive.entry({ name, ...header }, text)
  }
  archive.finalize()
  return buffer(archive.pipe(createGzip()))
}

/** A package for R4, with what its manifest says besides, and files at the top of its folder. */
export function packageOf(manifest: Record<string, unknown>, files: Record<string, string | object>): Promise<Buffer> {
  const own = { name: 'test.guide', version: '1.0.0', fhirVersions: ['4.0.1'], ...manifest }
  const named = Object.entries(files).map(([name, content]): FileOfPackage => [`package/${name}`, content])
  return tarOf([['package/package.json', own], ...named])
}

/** A profile of a type, as packages have them. */
export function profileOf(id: string, type: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    resourceType: 'StructureDefinition',
    id,
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Profile</div>' },
    url: `http://example.org/StructureDefinition/${id}`,
    version: '1.0.0',
    name: id,
    status: 'active',
    kind: 'resource',
    abstract: false,
    type,
    baseDefinition: `http://hl7.org/fhir/StructureDefinition/${type}`,
    derivation: 'constraint',
    differential: { element: [{ id: type, path: type, definition: 'For readers.' }] },
    ...more,
  }
}

/** A value set of some codes of one system. */
export function valueSetOf(id: string, codes: readonly string[]): Record<string, unknown> {
  return {
    resourceType: 'ValueSet',
    id,
    url: `http://example.org/ValueSet/${id}`,
    version: '1.0.0',
    status: 'active',
    compose: { include: [{ system: 'http://example.org/codes', concept: codes.map((code) => ({ code })) }] },
  }
}
