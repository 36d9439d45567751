// A station on npm's `ocpp-rpc`, strict: its own schemas judge every call and every answer of ours.

import { createRequire } from 'node:module'
import rpc from 'ocpp-rpc'
import { fail, live, name, password, tell, url, version } from './station.mjs'

// Its schemas of 2.1 bear names that its own validator does not look for.
const named = createRequire(import.meta.url)('ocpp-rpc/lib/schemas/ocpp2_1.json').map((schema) => ({
  ...schema,
  $id: schema.$id.replace(/Request$/, '.req').replace(/Response$/, '.conf'),
}))

const client = new rpc.RPCClient({
  endpoint: url,
  identity: name,
  password,
  protocols: [version],
  strictMode: true,
  strictModeValidators: [rpc.createValidator('ocpp2.1', named)],
  reconnect: false,
  callTimeoutMs: 10000,
})
client.on('strictValidationFailure', ({ error }) => fail(error))
client.on('badMessage', ({ error }) => fail(error))
await client.connect().catch(fail)
tell({ connected: client.protocol })
await live({
  call: (action, payload) => client.call(action, payload),
  handle: (action, respond) => client.handle(action, ({ params }) => respond(params)),
  close: () => client.close(),
})
