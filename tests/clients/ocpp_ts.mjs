// A station on npm's `ocpp-ts` (1.6 only); its own schemas judge every call of ours.

import ocpp from 'ocpp-ts'
import { fail, live, name, password, tell, url } from './station.mjs'

const client = new ocpp.OcppClient(name)
const over = new Promise((resolve) => client.on('close', resolve))
client.on('error', fail)
client.on('connect', async () => {
  tell({ connected: 'ocpp1.6' })
  await live({
    call: (action, payload) => client.callRequest(action, payload),
    handle: (action, respond) => client.on(action, (payload, answer) => answer(respond(payload))),
    close: () => client.connection.socket.close(),
  })
})
client.connect(`${url}/`, { Authorization: 'Basic ' + Buffer.from(`${name}:${password}`).toString('base64') })
await over
process.exit(0) // it keeps a timer of ten seconds for every call
