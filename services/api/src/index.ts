export { createApp } from './app.ts'
export type { House, Ops, Readiness } from './doors.ts'
