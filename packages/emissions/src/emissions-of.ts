// The way's fifth stop, activity × factor: the emissions of one hour's figure, gas by gas. What comes out is committed with the figure
// (`FiguresChange`) and kept by the store. Next and last on the way: services/api/src/app.ts, which answers from there.

import type { HourFigure, Instant, Quality, RegisterId } from '@parkpulse/metering'
import activityRows from '../data/activities.json' with { type: 'json' }
import type { Emission, Gases, Method, NoFactor, Scope } from './emission.ts'
import type { Factor, Ratio } from './factor.ts'
import { type FactorBook, findFactor } from './factor-book.ts'

export type EmissionQuestion = {
  readonly figure: HourFigure & { readonly revision: number }
  /** Of the figure's register, a name of the vocabulary. */
  readonly quantity: string
  /** Of the figure's park. */
  readonly gridRegion: string
  readonly book: FactorBook
}

type Activity = { readonly quantity: string; readonly scope: Scope; readonly method: Method }

/** Which quantity causes which kind of emission; what is not here emits nothing by itself. */
const activities = activityRows as readonly Activity[]

/**
 * The emissions of an hour, one for each scope and method that its quantity knows; empty for a quantity that emits
 * nothing by itself (export, volumes, reactive energy). Where the book is silent: `no-factor`, never zero.
 * The factor is that of the hour's start; grid factors change at local midnight of a year, which is on a full hour.
 */
export function emissionsOf(question: EmissionQuestion): readonly (Emission | NoFactor)[] {
  return activities
    .filter((activity) => activity.quantity === question.quantity)
    .map((activity) => emissionOf(activity, question))
}

function emissionOf({ quantity, scope, method }: Activity, question: EmissionQuestion): Emission | NoFactor {
  const { figure, gridRegion, book } = question
  const { registerId, hour, revision: hourRevision, quality } = figure
  const base: Base = { registerId, hour, scope, method, hourRevision, quality }
  const found = findFactor(book, { quantity, gridRegion, at: hour, scope, method })
  if (found.kind === 'several') throw new Error(`the book holds several factors for one hour: ${found.ids.join(', ')}`)
  if (found.kind === 'none') return { kind: 'no-factor', ...base }
  const gases = gasesOf(figure.amount, found.factor)
  return { kind: 'emission', ...base, gases, factorId: found.factor.id, factorStatus: found.status }
}

type Base = {
  readonly registerId: RegisterId
  readonly hour: Instant
  readonly scope: Scope
  readonly method: Method
  readonly hourRevision: number
  readonly quality: Quality
}

/** Kilograms of each gas for an amount in base units (Wh): E = AD × EF (Circular 38/2023/TT-BCT Annex II §2 pt 3). */
export function gasesOf(amount: number, factor: Factor): Gases {
  const { co2, ch4, n2o } = factor.kgPerBase
  return { co2Kg: times(amount, co2), ch4Kg: times(amount, ch4), n2oKg: times(amount, n2o) }
}

/**
 * Integer × integer ÷ power of ten. Exact up to the one rounding of the division while amount × over stays below 2^53
 * (for the grid factor 6592/10^7 that is an hour of 1.3 TWh); beyond it one rounding more, 2^-52 of the value in all.
 */
const times = (amount: number, ratio: Ratio): number => (amount * ratio.over) / ratio.under
