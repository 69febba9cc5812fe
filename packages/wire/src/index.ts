export {
  acceptedTopic,
  alertTopic,
  gatewayTopic,
  parseTopic,
  readingsTopic,
  rejectedTopic,
  type Topic,
} from './topic.ts'
export { rejectionReasons, refusalChecks, type RefusalCheck, type RejectionReason } from './outcome.ts'
export {
  decode,
  decodePayload,
  MESSAGE_BYTES_MAX,
  READINGS_PER_MESSAGE_MAX,
  type Decoded,
  type Received,
} from './decode.ts'
export type { DecodedValue, RefusedValue } from './reading-list.ts'
export { readInstant } from './instant-text.ts'
