import { COPY_USAGE, copy } from './copy.ts'
import { load, USAGE } from './load.ts'
import { REINDEX_USAGE, reindex } from './reindex.ts'

/** `npm run fhir -- <command>`. */
async function main([command, ...rest]: string[]): Promise<number> {
  // Records are for the user alone that runs the command.
  process.umask(0o077)
  if (command === 'load') return load(rest, process.env)
  if (command === 'reindex') return reindex(rest, process.env)
  if (command === 'copy') return copy(rest, process.env)
  const asked = command === undefined || command === 'help' || command === '--help'
  const stream = asked ? process.stdout : process.stderr
  if (!asked) stream.write(`There is no command ${command}.\n`)
  stream.write(`Usage: npm run fhir -- <command>\n\n${USAGE}\n${REINDEX_USAGE}\n${COPY_USAGE}\n`)
  return asked ? 0 : 2
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  },
)
