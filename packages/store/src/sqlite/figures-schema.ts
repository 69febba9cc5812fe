// Tables of figures.db, which aggregation writes.

import type { Schema } from './database.ts'

/**
 * `hour` is the instant divided by an hour's milliseconds. The key (register, hour) keeps a meter's month together, which screens, reports
 * and sums read; closing an hour touches a page for each register. Triggers keep what was superseded, and see that revisions only go up.
 * Codes (cause, quality, status, …) are positions in the lists of figure-codes.
 */
const HOUR_COLUMNS = `register INTEGER NOT NULL, hour INTEGER NOT NULL, revision INTEGER NOT NULL, cause INTEGER NOT NULL,
  recordedAt INTEGER NOT NULL, amount INTEGER NOT NULL, measured INTEGER NOT NULL, interpolated INTEGER NOT NULL,
  estimated INTEGER NOT NULL, edited INTEGER NOT NULL, quality INTEGER NOT NULL, missingMs INTEGER NOT NULL,
  carryAt INTEGER, carryValue REAL, events TEXT`

const EMISSION_COLUMNS = `register INTEGER NOT NULL, hour INTEGER NOT NULL, scope INTEGER NOT NULL, method INTEGER NOT NULL,
  hourRevision INTEGER NOT NULL, quality INTEGER NOT NULL, factor INTEGER, status INTEGER, co2Kg REAL NOT NULL,
  ch4Kg REAL NOT NULL, n2oKg REAL NOT NULL`

const FIRST = `
CREATE TABLE hour(${HOUR_COLUMNS}, PRIMARY KEY(register, hour)) WITHOUT ROWID;
CREATE TABLE hour_past(${HOUR_COLUMNS}, PRIMARY KEY(register, hour, revision)) WITHOUT ROWID;
CREATE TRIGGER hour_superseded BEFORE UPDATE ON hour BEGIN
  SELECT RAISE(ABORT, 'an hour''s revision must be higher than the one that stands') WHERE new.revision <= old.revision;
  INSERT INTO hour_past SELECT * FROM hour WHERE register = old.register AND hour = old.hour;
END;
CREATE TABLE factor(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE emission(${EMISSION_COLUMNS}, PRIMARY KEY(register, hour, scope, method)) WITHOUT ROWID;
CREATE TABLE emission_past(${EMISSION_COLUMNS}, PRIMARY KEY(register, hour, scope, method, hourRevision)) WITHOUT ROWID;
CREATE TRIGGER emission_superseded BEFORE UPDATE ON emission WHEN new.hourRevision <> old.hourRevision BEGIN
  INSERT OR REPLACE INTO emission_past SELECT * FROM emission
    WHERE register = old.register AND hour = old.hour AND scope = old.scope AND method = old.method;
END;
CREATE TABLE due(hour INTEGER NOT NULL, register INTEGER NOT NULL, PRIMARY KEY(hour, register)) WITHOUT ROWID;
CREATE TABLE alert_state(
  alert TEXT PRIMARY KEY, rule TEXT NOT NULL, register INTEGER NOT NULL, kind TEXT NOT NULL, since INTEGER,
  clearSince INTEGER, seenAt INTEGER) WITHOUT ROWID;
CREATE TABLE transition(
  number INTEGER PRIMARY KEY AUTOINCREMENT, alert TEXT NOT NULL, rule TEXT NOT NULL, register INTEGER NOT NULL,
  "from" TEXT NOT NULL, "to" TEXT NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL, recordedAt INTEGER NOT NULL);
CREATE INDEX transition_alert ON transition(alert);
CREATE TABLE acknowledgement(
  id INTEGER PRIMARY KEY, alert TEXT NOT NULL, "by" TEXT NOT NULL, comment TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX acknowledgement_alert ON acknowledgement(alert, id);
CREATE TABLE progress(one INTEGER PRIMARY KEY CHECK(one = 1), feedUpTo INTEGER NOT NULL);
INSERT INTO progress VALUES (1, 0);
`

export const FIGURES_SCHEMA: Schema = { file: 'figures.db', migrations: [FIRST] }
