// Whether the store answers: the api's own part of readiness.

import type { Health } from '@parkpulse/host'
import type { ReadingsQuery, AlertsQuery, Feed } from '@parkpulse/store'

type Checked = {
  readonly readings: Pick<ReadingsQuery & Feed, 'head'>
  readonly figures: Pick<AlertsQuery, 'transitionsHead'>
  readonly health: Health
}

/** Asks both halves of the store the cheapest question they have. */
export async function checkStore({ readings, figures, health }: Checked): Promise<void> {
  try {
    await Promise.all([readings.head(), figures.transitionsHead()])
    health.report('store', true, 'answers')
  } catch (error) {
    health.report('store', false, `does not answer: ${error instanceof Error ? error.message : String(error)}`)
    throw error
  }
}
