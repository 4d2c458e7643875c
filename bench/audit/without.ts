import { buildApp } from '../../server/app.ts'
import { readConfig } from '../../server/config.ts'
import { openLog } from '../../server/http/log.ts'
import { openServices } from '../../server/services.ts'

/**
 * The server as it would be without an audit log, to compare with: nothing is put on record. Calls are carried out as those of which it
 * is only tried whether they can be, and commits go without their records; what it takes to make these stays, where writes are concerned.
 */
const config = readConfig(process.env)
const log = openLog(config.logLevel)
const services = await openServices(config)
const { dispatch, store } = services
const commit = store.commit.bind(store)
services.dispatch = (call) => dispatch(Object.assign(call, { isTrial: true }))
store.commit = ({ audit: _, ...unit }) => commit(unit)
const app = buildApp(services, log)
await app.listen({ host: config.host, port: config.port })
process.on('SIGTERM', async () => {
  await app.close()
  await services.close()
  process.exit(0)
})
