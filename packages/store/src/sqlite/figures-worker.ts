// Worker of the figures reader.

import { workerData } from 'node:worker_threads'
import { type Served, serve } from '../thread/serve.ts'
import { type Acknowledger, createAcknowledger } from './acknowledge.ts'
import { openToRead } from './database.ts'
import { FIGURES_SCHEMA } from './figures-schema.ts'
import { type AlertsReader, prepareAlertsReader } from './read-alerts.ts'
import { type FiguresReader, prepareFiguresReader } from './read-figures.ts'
import { prepareSumsReader, type SumsReader } from './read-sums.ts'

export type FiguresCalls = FiguresReader & AlertsReader & SumsReader & Pick<Acknowledger, 'acknowledge'>

const open = (folder: string): Served<FiguresCalls> => {
  const db = openToRead(folder, FIGURES_SCHEMA)
  const acknowledger = createAcknowledger(folder)
  const calls: FiguresCalls = {
    ...prepareFiguresReader(db),
    ...prepareAlertsReader(db),
    ...prepareSumsReader(db),
    acknowledge: (alertId, by, comment, at) => acknowledger.acknowledge(alertId, by, comment, at),
  }
  return {
    calls,
    close: () => {
      acknowledger.close()
      db.close()
    },
  }
}

serve(() => open(workerData as string))
