export type {
  AcceptedReadings,
  Acknowledgement,
  AlertsQuery,
  BatchOutcome,
  Cause,
  Conflict,
  DueHour,
  EmissionSum,
  Feed,
  FeedPage,
  FeedReading,
  FiguresBulk,
  FiguresChange,
  FiguresQuery,
  FiguresWriter,
  HourRevision,
  HourRun,
  HourSum,
  IngestBatch,
  Latest,
  LedgerLine,
  LedgerPlace,
  LedgerQuery,
  NumberedTransition,
  ReadingsBulk,
  ReadingSpan,
  ReadingsQuery,
  ReadingsWriter,
  Refusal,
  Rejection,
  SpanReadings,
  StoredAlertState,
  StoredRejection,
  SumsQuery,
} from './ports.ts'

export { StoreError } from './store-error.ts'
export { SUMS_PER_ANSWER_MAX } from './sqlite/read-sums.ts'
export { openReadings, type Readings } from './sqlite/readings.ts'
export { openReadingsWriter } from './sqlite/readings-writer.ts'
export { type Figures, openFigures } from './sqlite/figures.ts'
export { openFiguresWriter } from './sqlite/figures-writer.ts'
