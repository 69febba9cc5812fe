// Which subscriber gets what our services announce: a tree of filters in the place of aedes' own emitter.

/** As aedes calls it: delivers one packet to one subscriber. */
export type Deliver = (packet: { readonly topic: string }, done: () => void) => void

type Level = { readonly below: Map<string, Level>; readonly here: Set<Deliver> }

const newLevel = (): Level => ({ below: new Map(), here: new Set() })
const nothing = () => undefined

/**
 * What aedes asks of its `mq` option (the interface of mqemitter). Differs from mqemitter in one promise: a publisher never
 * waits for its subscribers, so one that does not read stops nobody; what it misses is bounded in `mayForward`.
 */
export function createRoutes() {
  const root = newLevel()
  return {
    on(filter: string, deliver: Deliver, done: () => void = nothing): void {
      let level = root
      for (const word of filter.split('/')) {
        const next = level.below.get(word) ?? newLevel()
        level.below.set(word, next)
        level = next
      }
      level.here.add(deliver)
      done()
    },
    removeListener(filter: string, deliver: Deliver, done: () => void = nothing): void {
      remove(root, filter.split('/'), deliver)
      done()
    },
    emit(packet: { readonly topic: string }, done: () => void = nothing): void {
      for (const deliver of matching(root, packet.topic.split('/'))) deliver(packet, nothing)
      done()
    },
    close: (done: () => void = nothing): void => void setImmediate(done),
  }
}

/** Removes a subscriber and the levels that nobody needs any more. */
function remove(level: Level, words: readonly string[], deliver: Deliver): void {
  const [word, ...rest] = words
  if (word === undefined) return void level.here.delete(deliver)
  const next = level.below.get(word)
  if (next === undefined) return
  remove(next, rest, deliver)
  if (next.here.size === 0 && next.below.size === 0) level.below.delete(word)
}

/** All subscribers whose filters match; each as often as it subscribed (aedes itself sends a packet once per client). */
function matching(root: Level, words: readonly string[]): readonly Deliver[] {
  const found: Deliver[] = []
  const walk = (level: Level, depth: number): void => {
    found.push(...(level.below.get('#')?.here ?? [])) // `a/#` also matches `a`
    const word = words[depth]
    if (word === undefined) return void found.push(...level.here)
    for (const key of [word, '+']) {
      const next = level.below.get(key)
      if (next !== undefined) walk(next, depth + 1)
    }
  }
  walk(root, 0)
  return found
}

/** Whether a topic matches a filter, MQTT 3.1.1 §4.7. */
export function matches(filter: string, topic: string): boolean {
  const wanted = filter.split('/')
  const words = topic.split('/')
  for (const [depth, word] of wanted.entries()) {
    if (word === '#') return true
    if (depth >= words.length || (word !== '+' && word !== words[depth])) return false
  }
  return wanted.length === words.length
}
