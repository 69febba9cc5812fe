// The latest value of every register, asked of the store at most a few times a second, whoever looks.

import type { RegisterId } from '@parkpulse/metering'
import type { Latest, ReadingsQuery } from '@parkpulse/store'

export type LatestBoard = () => Promise<ReadonlyMap<RegisterId, Latest>>

/** A person does not see the difference; a hundred open pages cost one question. */
const BOARD_AGE_MS = 250

/** A board that is never older than 250 ms when it is looked at. */
export function createLatestBoard(readings: Pick<ReadingsQuery, 'latest'>, now: () => number): LatestBoard {
  let board: Promise<ReadonlyMap<RegisterId, Latest>> | undefined
  let askedAt = Number.NEGATIVE_INFINITY
  return () => {
    if (board === undefined || now() - askedAt > BOARD_AGE_MS) {
      askedAt = now()
      board = readings.latest().then((all) => new Map(all.map((latest) => [latest.registerId, latest])))
      board.catch(() => (board = undefined))
    }
    return board
  }
}
