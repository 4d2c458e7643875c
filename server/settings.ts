/** A setting of the environment: its name, what counts without it, and what it is for. */
export interface Setting {
  name: string
  fallback: string
  doc: string
}

/** Every setting, in the order of the README's table. */
export const SETTINGS: readonly Setting[] = [
  { name: 'HOST', fallback: '127.0.0.1', doc: 'address to listen on; loopback only while AUTH is off' },
  { name: 'PORT', fallback: '8080', doc: 'port to listen on; 0 takes a free one' },
  {
    name: 'PUBLIC_URL',
    fallback: 'http://HOST:PORT',
    doc: 'how clients reach the server: base of fullUrl and Location',
  },
  { name: 'DATA_DIR', fallback: './data', doc: 'folder of the embedded store' },
  {
    name: 'MONGODB_URL',
    fallback: 'unset',
    doc: 'a MongoDB replica set or sharded cluster, 8.0 or later, in the place of the embedded store: `mongodb://` or `mongodb+srv://`, the database is its path (default chartroom)',
  },
  {
    name: 'AUTH',
    fallback: 'on',
    doc: '`on`: who asks shows an access token; `off` opens every door, and serves loopback alone',
  },
  {
    name: 'AUTH_ISSUERS',
    fallback: 'unset',
    doc: 'trusted issuers of tokens besides the built-in one, with commas between: URLs as their tokens have them in `iss`; keys by OpenID discovery; http on loopback alone',
  },
  {
    name: 'DEMO',
    fallback: 'on',
    doc: 'loads the demo hospital into an empty store on first start; off where DATA_DIR or MONGODB_URL is set, unless it is `on`',
  },
  { name: 'LOG_LEVEL', fallback: 'info', doc: 'pino level: fatal, error, warn, info, debug, trace, silent' },
  {
    name: 'CHARTROOM_MAX_BODY',
    fallback: '16777216',
    doc: 'bytes of a request body that is not a Bundle of interactions',
  },
  { name: 'CHARTROOM_MAX_BUNDLE', fallback: '67108864', doc: 'bytes of a batch or transaction' },
  { name: 'CHARTROOM_MAX_RESOURCE', fallback: '12582912', doc: 'bytes of a stored resource' },
  { name: 'CHARTROOM_MAX_DEPTH', fallback: '128', doc: 'nesting depth of a body' },
  { name: 'CHARTROOM_MAX_ENTRIES', fallback: '50000', doc: 'entries of a batch or transaction' },
  {
    name: 'CHARTROOM_MAX_IN_FLIGHT',
    fallback: '536870912',
    doc: 'bytes of larger bodies and answers that may be on their way at once; past them 503',
  },
  { name: 'CHARTROOM_MAX_SEARCH_TIME', fallback: '10000', doc: 'milliseconds of a search, after which it is refused' },
  {
    name: 'CHARTROOM_CONDITIONAL_DELETE',
    fallback: 'single',
    doc: '`single`: more than one match is 412; `multiple`: all matches are deleted',
  },
  {
    name: 'CHARTROOM_TOKEN',
    fallback: 'unset',
    doc: 'access token of `npm run fhir` where it works through a server; `--token-file` names a file instead',
  },
  {
    name: 'CHARTROOM_UNKNOWN_ROLE',
    fallback: 'scopes',
    doc: '`scopes`: a user without a role is judged by the scopes alone; `deny`: `user/` scopes give such a one nothing',
  },
  {
    name: 'CHARTROOM_SHARED_TYPES',
    fallback: 'all',
    doc: 'types that belong to no patient and are open to `patient/` scopes (`auth/shared-types.json`): `all`, `none`, or some of them, with commas between',
  },
  {
    name: 'CHARTROOM_TRUST_ROLES',
    fallback: 'off',
    doc: '`on`: tokens of AUTH_ISSUERS may name the role and the organization of a user (`chartroom_role`, `chartroom_organization`)',
  },
  {
    name: 'CHARTROOM_STATE_SECRET',
    fallback: 'unset',
    doc: 'under what the signing keys and the users (with the secrets of their second factors) are sealed in the store, of 32 characters or more; with the first start that has it, all are. Whoever loses it loses them',
  },
  {
    name: 'CHARTROOM_VALIDATION',
    fallback: 'enforce',
    doc: 'what becomes of a write with errors of validation, with commas between, for all types or for one (`report,Patient=enforce`): `enforce`: it is refused; `report`: it is kept with a tag, and the issues are told where `Prefer: return=OperationOutcome` asks for them; `off`: structure alone is checked',
  },
  {
    name: 'CHARTROOM_PROFILES',
    fallback: 'unset',
    doc: 'profiles that what is written must follow, with commas between: `Patient=http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|7.0.0`; a type may be there several times',
  },
  {
    name: 'CHARTROOM_UNKNOWN_EXTENSIONS',
    fallback: 'warn',
    doc: 'whether an extension whose definition is not held is an `error` of validation, or one is warned of it (`warn`)',
  },
  {
    name: 'CHARTROOM_LABELS',
    fallback: 'off',
    doc: '`on`: what is written gets security labels for codes of substance use, psychiatry, HIV, sexual and reproductive health, violence and genetics (`auth/labels/rules.json`); `off`: a resource is kept as it was sent',
  },
  {
    name: 'CHARTROOM_BREAK_GLASS_MINUTES',
    fallback: '30',
    doc: 'minutes for which `Patient/[id]/$break-glass` opens the record of a patient to a user in an emergency',
  },
  {
    name: 'CHARTROOM_AUDIT',
    fallback: 'full',
    doc: '`full`: what is read is on record in the audit log, on disk, before it is answered; `second`: within a second; a write has its record in its own commit either way',
  },
  {
    name: 'CHARTROOM_AUDIT_YEARS',
    fallback: '6',
    doc: 'years that records of the audit log are kept before they are archived and dropped',
  },
  {
    name: 'CHARTROOM_CORS_ORIGINS',
    fallback: 'unset',
    doc: 'origins whose pages may use the server (`https://app.example`), with commas between',
  },
  {
    name: 'CHARTROOM_RATE_LIMIT',
    fallback: '0',
    doc: 'requests a minute to /fhir of each client and user, or of each address where there is no token, in each process; 0 for any number',
  },
  {
    name: 'CHARTROOM_OAUTH_RATE_LIMIT',
    fallback: '300',
    doc: 'the same for /oauth, of each address',
  },
  {
    name: 'CHARTROOM_DYNAMIC_REGISTRATION',
    fallback: 'off',
    doc: '`on`: apps may register themselves at /oauth/register (RFC 7591); what they get is still for each user to allow',
  },
  {
    name: 'CHARTROOM_TRUSTED_PROXIES',
    fallback: 'unset',
    doc: 'addresses or networks (`10.0.0.0/8`) of proxies whose X-Forwarded-For tells the address of a client, with commas between',
  },
  {
    name: 'CHARTROOM_PACKAGES',
    fallback: 'unset',
    doc: 'files of packages of definitions (implementation guides, npm-style .tgz for R4) that are loaded at the start where they are not there yet, with commas between',
  },
  {
    name: 'CHARTROOM_TERMINOLOGY_SERVER',
    fallback: 'unset',
    doc: 'FHIR base of a terminology server that is asked about code systems which are not held here, or `system=base` for one of them, with commas between; codes leave, and the words of `$expand?filter=`, but nothing else of a resource; https beyond this machine',
  },
  {
    name: 'CHARTROOM_ZONE',
    fallback: 'UTC',
    doc: 'time zone of dates that tell none, stored and searched: an IANA name (`America/New_York`) or an offset (`+02:00`); when it changes, all is indexed anew',
  },
]
