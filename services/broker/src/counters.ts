// What the broker counts, by the names under which it stands in /metrics.

import type { Metrics } from '@parkpulse/host'

/** Two milliseconds is the shortest commit interval, ten seconds the deadline. */
const COMMIT_SECONDS = [0.002, 0.004, 0.006, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

export type Counters = ReturnType<typeof createCounters>

export function createCounters(metrics: Metrics) {
  const messages = metrics.counter('messages_total', 'Messages to be kept, by QoS', ['qos'])
  return {
    connections: metrics.gauge('connections', 'Open TCP connections'),
    accepted: metrics.counter('connects_accepted_total', 'CONNECTs accepted'),
    authFailures: metrics.counter('auth_failures_total', 'Unknown user name or wrong password'),
    refusals: metrics.counter('refusals_total', 'Connections refused or closed, by reason', ['reason']),
    denials: metrics.counter('denials_total', 'Topics denied, by action and reason', ['action', 'denial']),
    messagesByQos: [0, 1, 2].map((qos) => messages.labels(String(qos))),
    payloadBytes: metrics.counter('payload_bytes_total', 'Payload bytes of messages to be kept'),
    receivedBytes: metrics.counter('received_bytes_total', 'Bytes read from sockets'),
    acks: metrics.counter('acks_total', 'Messages of QoS 1 and 2 released for acknowledgement after their commit'),
    notKept: metrics.counter('not_kept_total', 'Messages that the journal did not take, by reason', ['reason']),
    commitSeconds: metrics.histogram('commit_seconds', 'From append to committed', COMMIT_SECONDS),
    pending: metrics.gauge('commits_pending', 'Messages waiting for their commit'),
    routed: metrics.counter('routed_total', 'Announcements of our own services routed to subscribers'),
    retainStripped: metrics.counter('retain_stripped_total', 'Messages whose retain flag was not honoured'),
    forwardsDropped: metrics.counter('forwards_dropped_total', 'Announcements not sent to a slow subscriber'),
  }
}
