// GET vocabulary: what a meter may speak of, with units, limits and sources.

import { z } from 'zod'
import { vocabulary, type Quantity } from '@parkpulse/metering'
import type { App } from '../app-type.ts'
import { commoditySchema } from '../query.ts'

const quantitySchema = z.object({
  name: z.string().meta({ examples: ['active_energy_import_kwh'] }),
  obis: z
    .string()
    .optional()
    .meta({ examples: ['1.8.0'] }),
  kind: z.enum(['cumulative', 'momentary']),
  commodities: z.array(commoditySchema),
  unit: z.string().meta({ description: 'In payloads and in all answers', examples: ['kWh'] }),
  baseUnit: z.string().meta({ description: 'The unit of integers inside', examples: ['Wh'] }),
  basePerUnit: z.number(),
  defaults: z
    .record(z.string(), z.number())
    .meta({ description: 'What a register is taken for where nobody said better, in `unit`' }),
  label: z.object({ vi: z.string(), en: z.string() }),
  source: z.object({ title: z.string(), mark: z.string() }),
})

export async function vocabularyRoutes(app: App): Promise<void> {
  const items = vocabulary.map(quantityItem)
  app.get(
    '/vocabulary',
    {
      schema: {
        tags: ['registry'],
        summary: 'The closed vocabulary of payloads',
        querystring: z.strictObject({}),
        response: { 200: z.object({ items: z.array(quantitySchema) }) },
      },
    },
    () => ({ items }),
  )
}

const quantityItem = (quantity: Quantity) => ({
  name: quantity.name,
  ...(quantity.obis === undefined ? {} : { obis: quantity.obis }),
  kind: quantity.kind,
  commodities: [...quantity.commodities],
  unit: quantity.fieldUnit,
  baseUnit: quantity.baseUnit,
  basePerUnit: quantity.basePerField,
  defaults: { ...quantity.defaults },
  label: { ...quantity.label },
  source: { ...quantity.source },
})
