// Looks at MQTT's fixed headers in the raw byte stream, before aedes buffers anything: declared lengths are capped here.

import { CONNECT_BYTES_MAX, FILTERS_BYTES_MAX, PACKET_BYTES_MAX, UNACCEPTED_BYTES_MAX } from './limits.ts'

export type FramingProblem =
  | 'first packet is not CONNECT'
  | 'packet too large'
  | 'malformed length'
  | 'malformed packet'
  | 'packet id 0'
  | 'too much before CONNECT was accepted'

export type Framing = {
  /** Follows the stream through one chunk; from the first problem on the stream is not to be read further. */
  follow(chunk: Uint8Array): FramingProblem | undefined
  /** The client's CONNECT was accepted; from now on only single packets are limited. */
  accept(): void
  /** CONNECT has come and is not accepted yet: nothing more should be read. */
  undecided(): boolean
  /** Bytes of an unfinished packet that the parser behind us is holding. */
  partialBytes(): number
}

type Shape = { readonly min: number; readonly max: number; readonly startsWithId?: true }

const ACKNOWLEDGEMENT: Shape = { min: 2, max: 2 }
const EMPTY: Shape = { min: 0, max: 0 }

/** Remaining lengths by packet type (MQTT 3.1.1, table 2.1), as a client may send them. What is missing only servers send. */
const SHAPES: readonly (Shape | undefined)[] = [
  undefined,
  { min: 12, max: CONNECT_BYTES_MAX },
  undefined,
  { min: 3, max: PACKET_BYTES_MAX },
  ACKNOWLEDGEMENT,
  ACKNOWLEDGEMENT,
  ACKNOWLEDGEMENT,
  ACKNOWLEDGEMENT,
  { min: 6, max: FILTERS_BYTES_MAX, startsWithId: true }, // SUBSCRIBE: id, one filter of one character, its QoS
  undefined,
  { min: 5, max: FILTERS_BYTES_MAX, startsWithId: true }, // UNSUBSCRIBE: id, one filter of one character
  undefined,
  EMPTY,
  undefined,
  EMPTY,
]
const CONNECT = 1
const LENGTH_BITS_MAX = 28 // four bytes of seven bits, MQTT 3.1.1 §2.2.3

/** Follows one connection. Costs a few steps per packet: bodies are skipped by their length. */
export function createFraming(): Framing {
  let at: 'type' | 'length' | 'id-high' | 'id-low' | 'body' = 'type'
  let type = 0
  let length = 0
  let shift = 0
  let left = 0
  let idHigh = 0
  let first = true
  let connectCame = false
  let accepted = false
  let received = 0

  function headerProblem(): FramingProblem | undefined {
    const shape = SHAPES[type]
    if (first && type !== CONNECT) return 'first packet is not CONNECT'
    first = false
    if (shape === undefined || length < shape.min) return 'malformed packet'
    if (length > shape.max) return shape.max < CONNECT_BYTES_MAX ? 'malformed packet' : 'packet too large'
    at = shape.startsWithId === true ? 'id-high' : length === 0 ? 'type' : 'body'
    left = length
    return undefined
  }

  function take(byte: number): FramingProblem | undefined {
    if (at === 'type') {
      type = byte >> 4
      length = 0
      shift = 0
      at = 'length'
      return undefined
    }
    if (at === 'length') {
      length |= (byte & 0x7f) << shift
      shift += 7
      if ((byte & 0x80) === 0) return headerProblem()
      return shift >= LENGTH_BITS_MAX ? 'malformed length' : undefined
    }
    left -= 1
    if (at === 'id-high') {
      idHigh = byte
      at = 'id-low'
      return undefined
    }
    at = 'body'
    return idHigh === 0 && byte === 0 ? 'packet id 0' : undefined
  }

  return {
    follow(chunk) {
      const end = chunk.length
      for (let i = 0; i < end;) {
        if (at === 'body') {
          const skipped = Math.min(left, end - i)
          left -= skipped
          i += skipped
          if (left === 0) {
            at = 'type'
            connectCame = true
          }
          continue
        }
        const problem = take(chunk[i] as number)
        if (problem !== undefined) return problem
        i += 1
      }
      if (accepted) return undefined
      received += end
      return received > UNACCEPTED_BYTES_MAX ? 'too much before CONNECT was accepted' : undefined
    },
    accept() {
      accepted = true
    },
    undecided: () => connectCame && !accepted,
    partialBytes: () => (at === 'body' ? length - left : 0),
  }
}
