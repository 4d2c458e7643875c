/** The weak ETag of a version (R4 http, "Support for Versions"). */
export function etagOf(version: number): string {
  return `W/"${version}"`
}

/** The versions that If-Match or If-None-Match lists; `*` stays `*`. Undefined without the header. */
export function parseEtags(header: string | undefined): string[] | undefined {
  if (header === undefined || header.trim() === '') return undefined
  return header.split(',').map((part) =>
    part
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1'),
  )
}
