// Runs every *.scenario beside this file through the real core: at once, and hour by hour going on from the carry.

import { cutHours, HOUR_MS, type HourFigure } from '@parkpulse/metering'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readScenario, type Scenario } from './scenario.ts'

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.scenario'))

const atOnce = ({ register, readings, expected }: Scenario): readonly HourFigure[] => {
  const hours = expected.map(({ figure }) => figure.hour)
  return cutHours({ register, readings, period: { from: Math.min(...hours), until: Math.max(...hours) + HOUR_MS } })
}

const hourByHour = ({ register, readings, expected }: Scenario): readonly HourFigure[] => {
  const figures: HourFigure[] = []
  const last = Math.max(...expected.map(({ figure }) => figure.hour))
  for (let hour = Math.min(...expected.map(({ figure }) => figure.hour)); hour <= last; hour += HOUR_MS) {
    const carry = figures.at(-1)?.carry
    const rest = readings.filter(({ at }) => carry === undefined || at > carry.at)
    const period = { from: hour, until: hour + HOUR_MS }
    figures.push(...cutHours({ register, readings: rest, period, ...(carry === undefined ? {} : { carry }) }))
  }
  return figures
}

describe.each(files)('%s', (name) => {
  const scenario = readScenario(readFileSync(path.join(import.meta.dirname, name), 'utf8'))

  it('expects something', () => {
    expect(scenario.expected.length).toBeGreaterThan(0)
  })

  it.each(scenario.expected.map((expected) => [expected.line, expected.figure] as const))('line %d', (_, expected) => {
    for (const figures of [atOnce(scenario), hourByHour(scenario)]) {
      expect(figures.find(({ hour }) => hour === expected.hour)).toMatchObject(expected)
    }
  })
})

it('does not read over what it does not understand', () => {
  const register = 'register M7/1.8.0  resolution 1 Wh  capacity 10 kWh  at most 2 kW'
  expect(() => readScenario('register M7/9.9.9')).toThrow('not a register')
  expect(() => readScenario(`${register}\nreed 10:00 1 kWh`)).toThrow('line 2')
  expect(() => readScenario(`${register}\nexpect 10:00 1 kWh guessed`)).toThrow('line 2')
})
