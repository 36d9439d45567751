// What a station does, whatever stack it is written on: boot, ask for cards, charge, obey, charge again.
//
// `stack.call(action, payload)` sends a call and returns the answer, `stack.handle(action, respond)` answers
// calls, `stack.close()` ends. Everything that happens is told on the output, one JSON object in a line.

import { readFileSync } from 'node:fs'

const ANSWERS = JSON.parse(readFileSync(new URL('answers.json', import.meta.url)))
const [CARD, STRANGER] = ['04A2B3C4D5', '04FFFFFFFF']
const START_WH = 12000
const STEP_WH = 200

export const [, , url, name, password, version] = process.argv

export function tell(what) {
  process.stdout.write(JSON.stringify(what) + '\n')
}

export async function live(stack) {
  const station = version === 'ocpp1.6' ? new Station16(stack) : new Station2(stack)
  let obeyed = Promise.resolve() // what we were asked is done one after the other, once the answer is out
  for (const [action, answer] of Object.entries(ANSWERS[version === 'ocpp1.6' ? version : 'ocpp2.0.1'])) {
    stack.handle(action, (payload) => {
      tell({ asked: action, payload })
      setTimeout(() => (obeyed = obeyed.then(() => station.obey(action, payload)).catch(fail)), 5)
      return answer
    })
  }
  try {
    await station.boot()
    await station.charge(CARD)
    tell({ ready: true })
  } catch (error) {
    fail(error)
  }
}

export function fail(error) {
  tell({ failed: `${error.code ?? error.rpcErrorCode ?? ''} ${error.message} ${JSON.stringify(error.details ?? {})}` })
  process.exit(1)
}

class Station {
  constructor(stack) {
    this.stack = stack
    this.register = START_WH
    this.minutes = 0
    this.count = 0
  }

  async call(action, payload) {
    const answer = await this.stack.call(action, payload)
    tell({ called: action, payload, answer })
    return answer
  }

  now() {
    this.minutes += 1
    this.register += STEP_WH
    return new Date(Date.now() - 3600e3 + this.minutes * 60e3).toISOString()
  }

  async charge(card) {
    await this.begin(card)
    await this.measure()
    await this.end('Local')
  }

  async startedFromAfar(card, start) {
    await this.begin(card, start)
    await this.measure()
    tell({ charging: this.transaction })
  }

  async stoppedFromAfar() {
    await this.end('Remote')
    tell({ stopped: this.transaction })
  }
}

class Station16 extends Station {
  async boot() {
    await this.call('BootNotification', { chargePointVendor: 'Fremd', chargePointModel: 'Eins', firmwareVersion: '1.0' })
    for (const connectorId of [0, 1]) {
      await this.call('StatusNotification', { connectorId, errorCode: 'NoError', status: 'Available' })
    }
    await this.call('Authorize', { idTag: STRANGER })
    await this.call('Authorize', { idTag: CARD })
    await this.call('Heartbeat', {})
  }

  async begin(idTag) {
    const timestamp = this.now()
    const started = { connectorId: 1, idTag, meterStart: this.register, timestamp }
    this.transaction = (await this.call('StartTransaction', started)).transactionId
    this.card = idTag
  }

  async measure() {
    const timestamp = this.now()
    const measurand = 'Energy.Active.Import.Register'
    const sampledValue = [{ value: String(this.register), measurand, unit: 'Wh' }]
    const meterValue = [{ timestamp, sampledValue }]
    await this.call('MeterValues', { connectorId: 1, transactionId: this.transaction, meterValue })
  }

  async end(reason) {
    const timestamp = this.now()
    const stopped = { transactionId: this.transaction, idTag: this.card, meterStop: this.register, timestamp, reason }
    await this.call('StopTransaction', stopped)
  }

  async obey(action, payload) {
    if (action === 'RemoteStartTransaction') await this.startedFromAfar(payload.idTag)
    if (action === 'RemoteStopTransaction') await this.stoppedFromAfar()
    if (action === 'TriggerMessage') await this.call('Heartbeat', {})
    if (action === 'Reset') await this.stack.close()
  }
}

class Station2 extends Station {
  async boot() {
    const chargingStation = { vendorName: 'Fremd', model: 'Zwei', firmwareVersion: '2.0' }
    await this.call('BootNotification', { reason: 'PowerUp', chargingStation })
    const status = { timestamp: this.now(), connectorStatus: 'Available', evseId: 1, connectorId: 1 }
    await this.call('StatusNotification', status)
    await this.call('Authorize', { idToken: { idToken: STRANGER, type: 'ISO14443' } })
    await this.call('Authorize', { idToken: { idToken: CARD, type: 'ISO14443' } })
    await this.call('Heartbeat', {})
  }

  async begin(card, start = {}) {
    this.count += 1
    this.transaction = `fremd-${this.count}`
    this.number = 0
    const triggerReason = start.remoteStartId === undefined ? 'Authorized' : 'RemoteStart'
    await this.event('Started', triggerReason, { idToken: { idToken: card, type: 'ISO14443' } }, start)
  }

  async measure() {
    await this.event('Updated', 'MeterValuePeriodic', {}, { chargingState: 'Charging' })
  }

  async end(stoppedReason) {
    const triggerReason = stoppedReason === 'Remote' ? 'RemoteStop' : 'StopAuthorized'
    await this.event('Ended', triggerReason, {}, { stoppedReason })
  }

  async event(eventType, triggerReason, more, info) {
    const timestamp = this.now()
    const sampledValue = [{ value: this.register, measurand: 'Energy.Active.Import.Register', unitOfMeasure: { unit: 'Wh' } }]
    await this.call('TransactionEvent', {
      eventType,
      timestamp,
      triggerReason,
      seqNo: this.number++,
      transactionInfo: { transactionId: this.transaction, ...info },
      evse: { id: 1, connectorId: 1 },
      meterValue: [{ timestamp, sampledValue }],
      ...more,
    })
  }

  async obey(action, payload) {
    const { remoteStartId, requestId } = payload
    if (action === 'RequestStartTransaction') await this.startedFromAfar(payload.idToken.idToken, { remoteStartId })
    if (action === 'RequestStopTransaction') await this.stoppedFromAfar()
    if (action === 'TriggerMessage') await this.call('Heartbeat', {})
    if (action === 'GetBaseReport') {
      const generatedAt = new Date().toISOString()
      const reportData = [{ component: { name: 'ClockCtrlr' }, variable: { name: 'DateTime' }, variableAttribute: [{}] }]
      await this.call('NotifyReport', { requestId, generatedAt, seqNo: 0, tbc: false, reportData })
      tell({ reported: requestId })
    }
    if (action === 'Reset') await this.stack.close()
  }
}
