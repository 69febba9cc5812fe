export type { Authenticate } from './admission.ts'
export type { Append } from './keeper.ts'
export { type Broker, type BrokerOptions, openBroker } from './open-broker.ts'
