export { startIngestion, type Ingestion, type IngestionOptions } from './ingestion.ts'
