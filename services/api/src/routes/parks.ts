// GET parks, GET sites: what is registered, within the reach of the key.

import { z } from 'zod'
import type { App } from '../app-type.ts'
import { choose } from '../directory.ts'
import type { Doors } from '../doors.ts'
import { holderOf } from '../gate.ts'
import { idSchema } from '../query.ts'

export const parkSchema = z.object({
  id: z.string(),
  name: z.string(),
  timeZone: z.string().meta({ examples: ['Asia/Ho_Chi_Minh'] }),
  gridRegion: z.string().meta({ description: 'Whose grid factors speak for it', examples: ['VN'] }),
})

export const siteSchema = z.object({ park: z.string(), id: z.string(), name: z.string() })

const sitesQuery = z.strictObject({ park: idSchema.optional() })

export const parksRoutes = ({ directory }: Pick<Doors, 'directory'>) =>
  async function plugin(app: App): Promise<void> {
    app.get(
      '/parks',
      {
        schema: {
          tags: ['registry'],
          summary: 'Parks',
          querystring: z.strictObject({}),
          response: { 200: z.object({ items: z.array(parkSchema) }) },
        },
      },
      (request) => ({ items: [...choose(directory(), holderOf(request).reach, {}).parks] }),
    )
    app.get(
      '/sites',
      {
        schema: {
          tags: ['registry'],
          summary: 'Sites (factories)',
          querystring: sitesQuery,
          response: { 200: z.object({ items: z.array(siteSchema) }) },
        },
      },
      (request) => {
        const { park } = request.query
        return { items: [...choose(directory(), holderOf(request).reach, park === undefined ? {} : { park }).sites] }
      },
    )
  }
