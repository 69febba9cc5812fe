// Every limit of the MQTT door, with the reasoning beside it. Nothing that a client can make grow is without one.

import { MESSAGE_BYTES_MAX } from '@parkpulse/wire'

const KIB = 1024
const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS

// --- bytes -----------------------------------------------------------------------------------------------------------

/** A CONNECT with the longest client id, user name, password and will topic that we accept is below 2 KiB; the rest is the will's payload. */
export const CONNECT_BYTES_MAX = 8 * KIB

/**
 * Received from a connection that is not accepted yet: a CONNECT in pieces and one socket read (64 KiB) of what was
 * pipelined behind it; then we stop reading until it is accepted. 4 000 such connections hold 320 MiB at most.
 */
export const UNACCEPTED_BYTES_MAX = 80 * KIB

/** Our longest topic has 144 bytes; with its length, the packet id and the fixed header this leaves room. */
const PUBLISH_HEADER_BYTES_MAX = 256

/** The largest packet a client may declare. Counted on the declared length, so nothing larger is ever buffered. */
export const PACKET_BYTES_MAX = MESSAGE_BYTES_MAX + PUBLISH_HEADER_BYTES_MAX

/** SUBSCRIBE and UNSUBSCRIBE: 64 filters of our longest kind fit. */
export const FILTERS_BYTES_MAX = 16 * KIB

/** All half-received packets together: 500 of the largest at once; beyond it whoever sends more of a large packet is closed. */
export const PARTIAL_BYTES_MAX = 256 * KIB * KIB

// --- connections -----------------------------------------------------------------------------------------------------

/** Twice the meters of a large park; each costs about 30 KiB. Beyond this a second broker is the answer. */
export const CONNECTIONS_MAX = 20_000

/** A whole park may stand behind one address (NAT, a load balancer), so this guards against one machine only with half of the total left for others. */
export const CONNECTIONS_PER_ADDRESS_MAX = 12_000

/** Connections that have not been accepted yet, per address: about a second's worth of what we can accept. */
export const UNACCEPTED_PER_ADDRESS_MAX = 4_000

/** New connections per second and address, sustained: 15 % of a core, and more than a healthy park ever needs. */
export const CONNECTION_RATE_PER_S = 500

/** New connections of one address at once: a whole park behind one address comes back after our restart. */
export const CONNECTION_BURST = 12_000

/** From TCP accept to CONNECT. A 2G modem needs two or three seconds; a silent connection is gone after ten. */
export const CONNECT_TIMEOUT_MS = 10 * SECOND_MS

/** Addresses whose rates and failures are remembered; the least recently seen is forgotten. About 100 bytes each. */
export const ADDRESSES_REMEMBERED_MAX = 10_000

// --- what a CONNECT may carry ----------------------------------------------------------------------------------------

/** MQTT 3.1.1 asks for 23 and leaves more to the server; libraries generate up to 60 characters. */
export const CLIENT_ID_LENGTH_MAX = 128

/** Ours have fewer than 100 characters. */
export const USER_NAME_LENGTH_MAX = 128

/** Ours have 43 characters. */
export const PASSWORD_BYTES_MAX = 256

/** MQTT 3.1 (protocol level 3) says 23. */
export const CLIENT_ID_LENGTH_MAX_LEVEL_3 = 23

/** Packets pipelined behind a CONNECT. aedes' own default of 42 closes meters that send a day's backlog at once. */
export const PIPELINED_PACKETS_MAX = 1_000

/**
 * The shortest keep-alive that we hold a client to, in seconds. While a commit is pending aedes does not read pings, so 1.5
 * times this must be longer than the commit deadline: a slow disk must not cost healthy meters their connection.
 */
export const KEEP_ALIVE_S_MIN = 20

/**
 * What a keep-alive of 0 ("never") becomes, in seconds: the longest that MQTT can express (18 h; closed after 27 h of
 * silence). TCP keep-alive finds dead peers much earlier; this finds peers that live but are stuck.
 */
export const KEEP_ALIVE_S_INSTEAD_OF_NEVER = 65_535

/** TCP keep-alive: first probe after a minute without traffic, so that a peer that lost its power is gone in about twelve. */
export const TCP_KEEP_ALIVE_MS = MINUTE_MS

// --- passwords -------------------------------------------------------------------------------------------------------

/** The window in which failed passwords are counted. */
export const FAILURE_WINDOW_MS = MINUTE_MS

/** Failures per window of one user name at one address: a meter with an old password that reconnects every few seconds. After these the registry is not asked. */
export const FAILURES_PER_USER_MAX = 10

/** Failures per window of one address, over all user names: twenty meters of the above. Guessing is hopeless anyway (256 bits); this saves work and log. */
export const FAILURES_PER_ADDRESS_MAX = 200

// --- subscribers -----------------------------------------------------------------------------------------------------

/** A site needs three filters; our services one. Counts for one packet and for the whole connection. */
export const FILTERS_PER_CLIENT_MAX = 64

/** Unsent bytes of a subscriber. Beyond this, hints are dropped and an alert closes it: it comes back and gets what is retained. */
export const FORWARD_BACKLOG_BYTES_MAX = 256 * KIB

/** How long a client may not read what we sent before it is closed. */
export const DRAIN_TIMEOUT_MS = 5 * SECOND_MS

/** Firing alerts whose messages are retained: more than one for each of 84 000 meters' rules will never fire at once in reason. */
export const RETAINED_MESSAGES_MAX = 20_000

/** A retained alert is a short JSON document. */
export const RETAINED_BYTES_MAX = 16 * KIB

// --- journal ---------------------------------------------------------------------------------------------------------

/** A commit takes milliseconds; one that takes this long is a stalled disk, and a disconnect is more honest than a silent hang. */
export const COMMIT_DEADLINE_MS = 10 * SECOND_MS

/** How often pending commits are looked at for the deadline above. */
export const COMMIT_WATCH_MS = 500

/** QoS 2 messages of one client between PUBLISH and PUBREL; only their ids are kept. */
export const QOS_2_PENDING_MAX = 1_000

/** Topics whose permission is remembered per connection; a gateway serves fewer meters than this. */
export const TOPICS_REMEMBERED_MAX = 64

// --- stopping --------------------------------------------------------------------------------------------------------

/** How long a stop waits for pending commits; with the rest of the process it must stay below the lifecycle's eight seconds. */
export const STOP_COMMITS_MS = 4 * SECOND_MS

/** How long a stop waits for clients to close after they were sent FIN; then they are cut. */
export const STOP_CLIENTS_MS = SECOND_MS / 2

/** Clients and reasons that were logged once; after that many, the oldest may be logged again. */
export const LOGGED_ONCE_MAX = 10_000
