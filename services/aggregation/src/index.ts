export { openAggregation, type Aggregation, type AggregationDoors } from './aggregation.ts'
export type { AlertMessage } from './alert-message.ts'
