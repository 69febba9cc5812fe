import { isId } from '@parkpulse/metering'
import { expect, test } from 'vitest'
import { permitRules } from './permit-rules.ts'

test.each(['nam-hai', 'a', 'a-park-with-a-name-of-exactly-forty-chars'.slice(0, 40)])(
  'the rules of %s have ids of their own',
  (park) => {
    const ids = permitRules(park).map(({ id }) => id)
    for (const id of ids) expect([id, isId(id), id.length <= 28]).toEqual([id, true, true])
    expect(new Set([...ids, ...permitRules('another').map(({ id }) => id)]).size).toBe(2 * ids.length)
  },
)
