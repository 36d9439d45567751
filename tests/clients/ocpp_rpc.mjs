// A station on npm's `ocpp-rpc`, strict: its own schemas judge every call and every answer of ours.

import rpc from 'ocpp-rpc'
import { fail, live, name, password, tell, url, version } from './station.mjs'

const client = new rpc.RPCClient({
  endpoint: url,
  identity: name,
  password,
  protocols: [version],
  strictMode: true,
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
