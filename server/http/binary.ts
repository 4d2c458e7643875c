import { isFhir } from './media.ts'

/** Media types as they may stand in a header. */
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?: ?; ?[\w-]+=(?:[\w!#$&^.+-]+|"[\x20\x21\x23-\x5b\x5d-\x7e]*"))*$/
const LONGEST_MEDIA_TYPE = 256

/**
 * Whether a body sent to Binary is the content itself and not a Binary resource (R4 binary, "Serving Binary
 * Resources using the RESTful API"): anything but FHIR, plain JSON unless it is a Binary resource.
 */
export function isNativeBinary(mediaType: string, body: Buffer | undefined): boolean {
  if (mediaType === '' || isFhir(mediaType)) return false
  return mediaType !== 'application/json' || !/"resourceType"\s*:\s*"Binary"/.test(body?.toString('latin1') ?? '')
}

/** The Binary resource that holds a body as it was sent. */
export function binaryResource(
  body: Buffer | undefined,
  contentType: string | undefined,
  securityContext: string | undefined,
  id: string | undefined,
): Buffer {
  return Buffer.from(
    JSON.stringify({
      resourceType: 'Binary',
      id,
      contentType: contentType?.replace(/\s+/g, ' ').trim(),
      securityContext: securityContext === undefined ? undefined : { reference: securityContext },
      data: body && body.length > 0 ? body.toString('base64') : undefined,
    }),
  )
}

/** The content of a Binary resource and its media type, as they are served raw. */
export function nativeBinary(text: Buffer): { contentType: string; content: Buffer } {
  const { contentType, data } = JSON.parse(text.toString()) as { contentType?: string; data?: string }
  const safe = contentType && contentType.length <= LONGEST_MEDIA_TYPE && MEDIA_TYPE.test(contentType)
  return { contentType: safe ? contentType : 'application/octet-stream', content: Buffer.from(data ?? '', 'base64') }
}
