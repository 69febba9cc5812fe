export type { Emission, FactorStatus, Gases, Method, NoFactor, Scope } from './emission.ts'
