// One message: decoded, every value given to its register and checked; what nobody knows yet is set aside to wait.

import type { DecodedValue, RefusedValue } from '@parkpulse/wire'
import { decodePayload } from '@parkpulse/wire'
import { placeOf, type Arrived } from './arrived.ts'
import { registerFor, type Address, type Directory, type MeterEntry } from './directory.ts'
import { checkDetail, failedCheck } from './judge.ts'
import type { OutcomeSheet } from './outcome-sheet.ts'
import { rejectWhole, setAside, type Waiting } from './set-aside.ts'

/** Adds what becomes of a message to the sheet: readings, refusals, rejections. Every value ends in exactly one of them. */
export const takeMessage = (arrived: Arrived, directory: Directory, sheet: OutcomeSheet): void => {
  const address = directory.address(arrived.topic)
  const decoded = decodePayload(address.topic, arrived)
  if (decoded.kind === 'rejected') {
    rejectWhole(arrived, { address, decoded }, sheet)
    return
  }
  const waiting = takeValues(decoded.values, { arrived, address, sheet })
  for (const refused of decoded.refused) refuse(refused, { arrived, address, sheet })
  if (waiting.size > 0) setAside(waiting, { arrived, decoded, directory }, sheet)
}

type Context = { readonly arrived: Arrived; readonly address: Address; readonly sheet: OutcomeSheet }

const NOTHING_WAITS: ReadonlyMap<string, Waiting> = new Map()

/** Readings to their registers; returns, by meter, what must wait. Neighbouring values of one meter form one group. */
const takeValues = (
  values: readonly DecodedValue[],
  { arrived, address, sheet }: Context,
): ReadonlyMap<string, Waiting> => {
  const { position, receivedAt } = arrived
  let waiting: Map<string, Waiting> | undefined
  let meter: MeterEntry | undefined
  let group: OutcomeSheet['accepted'][number] | undefined
  for (const one of values) {
    if (meter?.id !== one.meter) {
      meter = address.site?.meters.get(one.meter)
      group = undefined
    }
    const register = meter === undefined ? undefined : registerFor(meter, one.quantity, receivedAt)
    if (meter === undefined || register === undefined) {
      waiting ??= new Map()
      waits(waiting, one, meter)
      continue
    }
    const check = failedCheck(one.value, register)
    if (check !== undefined) {
      sheet.refusals.push({ ...whereFrom(arrived), place: meter.place, check, detail: checkDetail(one, register) })
      continue
    }
    if (group === undefined) {
      group = { place: meter.place, receivedAt, readings: [] }
      sheet.accepted.push(group)
    }
    group.readings.push({ registerId: register.id, at: one.at, value: one.value, position })
  }
  return waiting ?? NOTHING_WAITS
}

const waits = (waiting: Map<string, Waiting>, value: DecodedValue, meter: MeterEntry | undefined): void => {
  const known = waiting.get(value.meter)
  if (known === undefined) waiting.set(value.meter, { meter, values: [value] })
  else known.values.push(value)
}

const refuse = ({ meter, check, detail }: RefusedValue, { arrived, address, sheet }: Context): void => {
  const place = placeOf(address, meter)
  sheet.refusals.push({ ...whereFrom(arrived), place, check, detail })
}

const whereFrom = ({ position, receivedAt, topic }: Arrived) => ({ position, receivedAt, topic })
