// Figures as they cross between threads, both ways: numbers in one buffer in the order of the table's columns, texts beside it.

import type { Emission, NoFactor, Scope } from '@parkpulse/emissions'
import { HOUR_MS, type HourEvent } from '@parkpulse/metering'
import type { HourRevision } from '../ports.ts'
import { StoreError } from '../store-error.ts'
import { causes, methods, qualities, statuses } from './figure-codes.ts'
import { mapRows } from './numbers.ts'

type Packed = Float64Array<ArrayBuffer>

/** Columns of table hour before `events`; an absent carry is NaN here and NULL there. */
export const HOUR_WIDTH = 14
/** Columns of table emission; the factor is an index into `factors`, NaN without factor. */
export const EMISSION_WIDTH = 11

/** `events`: the few rows that have some, by row number. */
export type PackedHours = { readonly hours: Packed; readonly events: readonly (readonly [number, string])[] }
export type PackedEmissions = { readonly emissions: Packed; readonly factors: readonly string[] }

/** The number of an hour. Throws `STORE_BAD_INPUT` for an instant that does not start one. */
export const hourNumber = (hour: number): number => {
  if (hour % HOUR_MS !== 0) throw new StoreError('STORE_BAD_INPUT', `not the start of an hour: ${hour}`)
  return hour / HOUR_MS
}

export const packHours = (hours: readonly HourRevision[]): PackedHours => {
  const packed = new Float64Array(hours.length * HOUR_WIDTH)
  const events: [number, string][] = []
  for (const [row, h] of hours.entries()) {
    const { measured, interpolated, estimated, edited } = h.shares
    const edition = [h.registerId, hourNumber(h.hour), h.revision, causes.codeOf(h.cause), h.recordedAt]
    const amounts = [h.amount, measured, interpolated, estimated, edited, qualities.codeOf(h.quality), h.missingMs]
    packed.set(edition, row * HOUR_WIDTH)
    packed.set(amounts, row * HOUR_WIDTH + edition.length)
    packed.set(h.carry === undefined ? [Number.NaN, Number.NaN] : [h.carry.at, h.carry.value], row * HOUR_WIDTH + 12)
    if (h.events.length > 0) events.push([row, h.events.join(' ')])
  }
  return { hours: packed, events }
}

export const unpackHours = ({ hours, events }: PackedHours): HourRevision[] => {
  const eventsOf = new Map(events)
  return mapRows(hours, HOUR_WIDTH, (i) => {
    const at = (column: number): number => hours[i + column] as number
    const text = eventsOf.get(i / HOUR_WIDTH)
    return {
      registerId: at(0),
      hour: at(1) * HOUR_MS,
      revision: at(2),
      cause: causes.wordOf(at(3)),
      recordedAt: at(4),
      amount: at(5),
      shares: { measured: at(6), interpolated: at(7), estimated: at(8), edited: at(9) },
      quality: qualities.wordOf(at(10)),
      missingMs: at(11),
      events: text === undefined ? [] : (text.split(' ') as HourEvent[]),
      ...(Number.isNaN(at(12)) ? {} : { carry: { at: at(12), value: at(13) } }),
    }
  })
}

export const packEmissions = (emissions: readonly (Emission | NoFactor)[]): PackedEmissions => {
  const packed = new Float64Array(emissions.length * EMISSION_WIDTH)
  const factors = new Map<string, number>()
  const indexOf = (factorId: string): number => {
    const index = factors.get(factorId) ?? factors.size
    factors.set(factorId, index)
    return index
  }
  for (const [row, e] of emissions.entries()) {
    const place = [e.registerId, hourNumber(e.hour), e.scope, methods.codeOf(e.method), e.hourRevision]
    const found =
      e.kind === 'emission'
        ? [indexOf(e.factorId), statuses.codeOf(e.factorStatus), e.gases.co2Kg, e.gases.ch4Kg, e.gases.n2oKg]
        : [Number.NaN, Number.NaN, 0, 0, 0]
    packed.set([...place, qualities.codeOf(e.quality), ...found], row * EMISSION_WIDTH)
  }
  return { emissions: packed, factors: [...factors.keys()] }
}

export const unpackEmissions = ({ emissions, factors }: PackedEmissions): (Emission | NoFactor)[] =>
  mapRows(emissions, EMISSION_WIDTH, (i): Emission | NoFactor => {
    const at = (column: number): number => emissions[i + column] as number
    const place = {
      registerId: at(0),
      hour: at(1) * HOUR_MS,
      scope: at(2) as Scope,
      method: methods.wordOf(at(3)),
      hourRevision: at(4),
      quality: qualities.wordOf(at(5)),
    }
    if (Number.isNaN(at(6))) return { kind: 'no-factor', ...place }
    return {
      kind: 'emission',
      ...place,
      factorId: factors[at(6)] as string,
      factorStatus: statuses.wordOf(at(7)),
      gases: { co2Kg: at(8), ch4Kg: at(9), n2oKg: at(10) },
    }
  })
