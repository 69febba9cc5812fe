export type { Authenticate } from './broker.ts'
export type { Append } from './keeper.ts'
export { type Broker, type BrokerOptions, openBroker } from './open-broker.ts'
