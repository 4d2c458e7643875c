const HOST = String.raw`(?:\[[\da-fA-F:.]+\]|[\w.-]+|%2[fF][\w.%-]+)(?::\d+)?`
const URL_OF_MONGO = new RegExp(
  String.raw`^mongodb(?:\+srv)?:\/\/(?:[^/?#@]*@)?(${HOST}(?:,${HOST})*)(?:\/([^/?#@]*))?(?:\?[^#]*)?$`,
)

/** Characters that no name of a database has. */
const NOT_IN_NAMES = /[/\\. "$*<>:|?\0]/

/** What a URL names, without who signs in and with which options. Throws an Error with a sentence that has no secret in it. */
export function shownMongoUrl(url: string): string {
  const [, hosts, encoded = ''] = URL_OF_MONGO.exec(url) ?? []
  if (hosts === undefined) {
    throw new Error(
      'MONGODB_URL is no URL of MongoDB: it takes mongodb://HOSTS/DATABASE or mongodb+srv://HOST/DATABASE, with @ : / and % in names and passwords written as %40 %3A %2F %25',
    )
  }
  const database = encoded === '' ? DEFAULT_DATABASE : decoded(encoded)
  if (database === undefined || NOT_IN_NAMES.test(database) || Buffer.byteLength(database) > 63) {
    throw new Error('MONGODB_URL: what stands behind the hosts is no name of a database')
  }
  return `${url.slice(0, url.indexOf('://'))}://${hosts}/${database}`
}

const DEFAULT_DATABASE = 'chartroom'

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** An error's words without the secrets of a URL, should it quote them. */
export function withoutSecrets(words: string, url: string): string {
  const [, user] = /^[^/]*\/\/([^/?#@]*)@/.exec(url) ?? []
  if (!user) return words
  const password = user.slice(user.indexOf(':') + 1)
  return [user, password, decoded(password)]
    .filter((secret) => secret !== undefined && secret !== '')
    .reduce((rest: string, secret) => rest.replaceAll(secret!, '***'), words)
}
