// The SQLite store passes the conformance suite.

import { storeConformance } from '../conformance/index.ts'
import { openFigures } from './figures.ts'
import { openFiguresWriter } from './figures-writer.ts'
import { openReadings } from './readings.ts'
import { openReadingsWriter } from './readings-writer.ts'

storeConformance('SQLite', {
  readingsWriter: (folder) => openReadingsWriter({ folder }),
  readings: (folder) => openReadings({ folder }),
  figuresWriter: (folder) => openFiguresWriter({ folder }),
  figures: (folder) => openFigures({ folder }),
})
