// For mongosh on the loopback of mongo1: see compose.yaml.
const { ADMIN_PASSWORD, CHARTROOM_PASSWORD } = process.env
const hosts = ['mongo1:27017', 'mongo2:27017', 'mongo3:27017']

const admin = db.getSiblingDB('admin')

function signIn() {
  try {
    return admin.auth('admin', ADMIN_PASSWORD).ok === 1
  } catch {
    return false
  }
}

// Until there is a user, who comes by loopback may make the set and its first user, and nothing else.
if (!signIn()) {
  const members = hosts.map((host, _id) => ({ _id, host, priority: _id === 0 ? 2 : 1 }))
  try {
    rs.initiate({ _id: 'rs0', members })
  } catch (error) {
    if (error.codeName !== 'AlreadyInitialized') throw error
  }
  while (!db.hello().isWritablePrimary) sleep(500)
  admin.createUser({ user: 'admin', pwd: ADMIN_PASSWORD, roles: ['root'] })
}

// Another member may be the primary by now.
const set = new Mongo(
  `mongodb://admin:${encodeURIComponent(ADMIN_PASSWORD)}@${hosts.join(',')}/?replicaSet=rs0&authSource=admin`,
)
const chartroom = set.getDB('chartroom')

// All that chartroom does, in its own database alone.
const privileges = [
  {
    resource: { db: 'chartroom', collection: '' },
    actions: [
      'find',
      'insert',
      'update',
      'remove',
      'createCollection',
      'createIndex',
      'listCollections',
      'changeStream',
    ],
  },
]
if (chartroom.getRole('chartroom')) chartroom.updateRole('chartroom', { privileges, roles: [] })
else chartroom.createRole({ role: 'chartroom', privileges, roles: [] })

const user = { pwd: CHARTROOM_PASSWORD, roles: [{ role: 'chartroom', db: 'chartroom' }] }
if (chartroom.getUser('chartroom')) chartroom.updateUser('chartroom', user)
else chartroom.createUser({ user: 'chartroom', ...user })
print('the replica set and the user are there')
