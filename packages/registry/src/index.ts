export type { Installation, KeyHolder, Meter, Park, Principal, Reach, RetiredRegister, Role, Site } from './model.ts'
export type {
  Credentials,
  ImportOutcome,
  InstallationQuery,
  IssuedCredential,
  IssuedKey,
  KeySpec,
  MeterSpec,
  Provisioning,
  Put,
  PutOutcome,
  RegisterSpec,
  Registry,
  SpecProblem,
} from './ports.ts'
export { openRegistry, type RegistryOptions } from './open-registry.ts'
