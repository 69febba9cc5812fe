// The packets of the load generator, encoded once; instants, values and packet ids are written over their marks.

/** One publisher's place: where it logs in and what it publishes for. */
export type LoadSource = {
  readonly username: string
  readonly password: string
  readonly topic: string
  /** For gateways: the meters named in the items of a batch, in turn. Absent: single readings. */
  readonly meters?: readonly string[]
}

/** What a payload looks like. */
type Form = { readonly readingsPerMessage?: number; readonly quantity?: string }

export function connectPacket({ username, password }: LoadSource, clientId: string): Buffer {
  const body = Buffer.concat([
    text('MQTT'),
    Buffer.from([4, 0xc2, 0, 120]),
    text(clientId),
    text(username),
    text(password),
  ])
  return Buffer.concat([Buffer.from([0x10]), remainingLength(body.length), body])
}

type Template = {
  readonly packet: Buffer
  readonly idAt: number
  readonly instants: readonly number[]
  readonly values: readonly number[]
}

const INSTANT_MARK = '1111111111111'
const VALUE_MARK = '222222.222'

/** A PUBLISH with marks where instants and values will be written. */
export function publishPacket(source: LoadSource, options: Form): Template {
  const payload = Buffer.from(payloadText(source, options))
  const body = Buffer.concat([text(source.topic), Buffer.from([0, 1]), payload])
  const header = Buffer.concat([Buffer.from([0x32]), remainingLength(body.length)])
  const packet = Buffer.concat([header, body])
  return {
    packet,
    idAt: header.length + 2 + Buffer.byteLength(source.topic),
    instants: placesOf(packet, INSTANT_MARK),
    values: placesOf(packet, VALUE_MARK),
  }
}

function payloadText({ meters }: LoadSource, { readingsPerMessage = 1, quantity = 'active_energy_import_kwh' }: Form) {
  const reading = (meter: string) => `{${meter}"at":${INSTANT_MARK},"values":{"${quantity}":${VALUE_MARK}}}`
  if (meters === undefined) return reading('')
  const named = Array.from({ length: readingsPerMessage }, (_, i) => reading(`"meter":"${meters[i % meters.length]}",`))
  return `[${named.join(',')}]`
}

function placesOf(packet: Buffer, mark: string): readonly number[] {
  const places: number[] = []
  for (let at = packet.indexOf(mark); at >= 0; at = packet.indexOf(mark, at + 1)) places.push(at)
  return places
}

export function writeDigits(into: Buffer, start: number, { digits, value }: { digits: number; value: number }): void {
  let rest = value
  for (let i = start + digits - 1; i >= start; i--) {
    const shorter = Math.floor(rest / 10)
    into[i] = 48 + rest - shorter * 10
    rest = shorter
  }
}

/** Thousandths, as six digits, a point and three digits. */
export function writeValue(into: Buffer, start: number, thousandths: number): void {
  const whole = Math.floor(thousandths / 1000)
  writeDigits(into, start, { digits: 6, value: whole })
  writeDigits(into, start + 7, { digits: 3, value: thousandths - whole * 1000 })
}

function text(words: string): Buffer {
  const bytes = Buffer.from(words)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}

function remainingLength(length: number): Buffer {
  const bytes: number[] = []
  let rest = length
  do {
    bytes.push((rest % 128) + (rest >= 128 ? 128 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return Buffer.from(bytes)
}
