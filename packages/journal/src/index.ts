export type { Entry, Message, Position } from './message.ts'
