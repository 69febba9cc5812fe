// The SQLite store passes the conformance suite.

import { storeConformance } from '../conformance/index.ts'
import { openReadings } from './readings.ts'
import { openReadingsWriter } from './readings-writer.ts'

storeConformance('SQLite', {
  readingsWriter: (folder) => openReadingsWriter({ folder }),
  readings: (folder) => openReadings({ folder }),
  figuresWriter: () => Promise.reject(new Error('not yet')),
  figures: () => Promise.reject(new Error('not yet')),
})
