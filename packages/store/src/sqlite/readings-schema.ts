// Tables of readings.db, which ingestion writes.

import type { Schema } from './database.ts'

/**
 * `hour` is the instant divided by an hour's milliseconds, `ms` the rest. The key (hour, register, ms) keeps together what closing an
 * hour reads, and what a batch writes. `presence` leads from a register to its hours, across any gap. In `ledger` the CHECK holds the balance:
 * what was received is counted apart from what became of it.
 */
const FIRST = `
CREATE TABLE reading(
  hour INTEGER NOT NULL, register INTEGER NOT NULL, ms INTEGER NOT NULL, value REAL NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY(hour, register, ms)) WITHOUT ROWID;
CREATE TABLE presence(register INTEGER NOT NULL, hour INTEGER NOT NULL, PRIMARY KEY(register, hour)) WITHOUT ROWID;
CREATE TABLE latest(
  register INTEGER PRIMARY KEY, at INTEGER NOT NULL, value REAL NOT NULL, receivedAt INTEGER NOT NULL);
CREATE TABLE conflict(
  id INTEGER PRIMARY KEY, register INTEGER NOT NULL, at INTEGER NOT NULL, valueBefore REAL NOT NULL,
  positionBefore INTEGER NOT NULL, value REAL NOT NULL, position INTEGER NOT NULL);
CREATE INDEX conflict_place ON conflict(register, at);
CREATE TABLE place(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE ledger(
  hour INTEGER NOT NULL, place INTEGER NOT NULL, received INTEGER NOT NULL, stored INTEGER NOT NULL,
  repeated INTEGER NOT NULL, conflicting INTEGER NOT NULL, rejected INTEGER NOT NULL, refused INTEGER NOT NULL,
  pending INTEGER NOT NULL, PRIMARY KEY(hour, place),
  CHECK(received = stored + repeated + conflicting + rejected + refused + pending)) WITHOUT ROWID;
CREATE TABLE rejection(
  id INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, position INTEGER NOT NULL, receivedAt INTEGER NOT NULL,
  place INTEGER NOT NULL, valueCount INTEGER NOT NULL, replayable INTEGER NOT NULL, reason TEXT NOT NULL,
  principal TEXT NOT NULL, topic TEXT NOT NULL, detail TEXT NOT NULL, payload BLOB NOT NULL);
CREATE INDEX rejection_waiting ON rejection(id) WHERE state = 'waiting';
CREATE TABLE refusal(
  id INTEGER PRIMARY KEY AUTOINCREMENT, position INTEGER NOT NULL, receivedAt INTEGER NOT NULL, place INTEGER NOT NULL,
  "check" TEXT NOT NULL, topic TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE feed(
  last INTEGER PRIMARY KEY, first INTEGER NOT NULL, runs INTEGER NOT NULL, receivedAt INTEGER NOT NULL, readings BLOB NOT NULL);
CREATE TABLE progress(
  one INTEGER PRIMARY KEY CHECK(one = 1), upTo INTEGER, receivedAt INTEGER NOT NULL, feedHead INTEGER NOT NULL);
INSERT INTO progress VALUES (1, NULL, 0, 0);
`

export const READINGS_SCHEMA: Schema = { file: 'readings.db', migrations: [FIRST] }
