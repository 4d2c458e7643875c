import type { DatabaseSync } from 'node:sqlite'

/**
 * The schema's versions, each the statements that lead to it from the one before. One that was released is never
 * edited: a change is a new one.
 *
 * `resource` has a row for every id that was written or referred to (`seq` null: only referred to), so that
 * references are integers and a chain is a join. `version` is append-only: its `seq` is the order of all commits, and
 * a text is written once. `value` is the dictionary of searched values: uris, systems (system 0) and codes. In `entry`
 * a reference is the target's rid; one that leaves this server is the negative of its uri's id in `value`. In
 * `range_entry` a unit is its id in `value`, or 0. `grp` tells the elements of composite parameters apart. The index of
 * ends has no points, as most quantities are: their start tells all. Ranges of more than a day, few as they are, have
 * indexes of their own: of all others one end tells where the other is. `word_entry` has the words of a resource under its
 * rid, for full-text search, and no text. `done` holds the names of work that must not be done twice.
 *
 * A contained resource is a row of a type of its own (`#Medication`) that points to its container's version; `container` is
 * the rid of that, and a resource that ever contained others has its own there. A type `MedicationRequest#Medication` has
 * no rows: it says that Medications were contained in MedicationRequests.
 *
 * `state` is what the server keeps besides resources (`../state.ts`); its `aliases` are a JSON array, and stand in `state_alias`
 * to be found by.
 *
 * The audit log (`../audit.ts`): `audit_month` has the months that there are records of, each with the number in the order of
 * all (`seq`) that its first one has. Its records are in a table of its own, `audit_2026_11`, which the writer thread makes when
 * it first needs it (`audit-layout.ts`), so that a month goes by dropping it. `audit_chain` has the head of each chain; the
 * first is that of this store. `audit_tally` is the dictionary of tallies. `audit_segment` has the runs of records that are
 * indexed already and counted in `audit_count` by day (days since 1970) and tally; the index of a run is in blocks in a table
 * of its month, `audit_index_2026_11`, from `block` on (`audit-segment.ts`).
 */
export const VERSIONS: readonly string[] = [
  `CREATE TABLE type (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
   CREATE TABLE param (id INTEGER PRIMARY KEY, type INTEGER NOT NULL, code TEXT NOT NULL, UNIQUE (type, code));
   CREATE TABLE value (id INTEGER PRIMARY KEY, system INTEGER NOT NULL, code TEXT NOT NULL);
   CREATE UNIQUE INDEX value_by_code ON value (code, system);
   CREATE INDEX value_by_system ON value (system) WHERE system > 0;
   CREATE TABLE resource (
     rid INTEGER PRIMARY KEY,
     type INTEGER NOT NULL,
     id TEXT NOT NULL,
     seq INTEGER,
     version INTEGER NOT NULL DEFAULT 0,
     updated INTEGER,
     live INTEGER NOT NULL DEFAULT 0
   );
   CREATE UNIQUE INDEX resource_by_id ON resource (type, id);
   CREATE INDEX resource_by_update ON resource (type, updated) WHERE live = 1;
   CREATE INDEX resource_live ON resource (type) WHERE live = 1;
   CREATE TABLE version (
     seq INTEGER PRIMARY KEY,
     rid INTEGER NOT NULL,
     type INTEGER NOT NULL,
     version INTEGER NOT NULL,
     updated INTEGER NOT NULL,
     method INTEGER NOT NULL,
     text BLOB
   );
   CREATE UNIQUE INDEX version_by_resource ON version (rid, version);
   CREATE INDEX version_by_type ON version (type);
   CREATE INDEX version_by_update ON version (updated);
   CREATE TABLE entry (
     rid INTEGER NOT NULL, param INTEGER NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (rid, param, value)
   ) WITHOUT ROWID;
   CREATE INDEX entry_by_value ON entry (param, value);
   CREATE TABLE string_entry (
     rid INTEGER NOT NULL, param INTEGER NOT NULL, value TEXT NOT NULL, exact TEXT NOT NULL,
     PRIMARY KEY (rid, param, value, exact)
   ) WITHOUT ROWID;
   CREATE INDEX string_entry_by_value ON string_entry (param, value);
   CREATE TABLE done (key TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
   CREATE INDEX done_by_age ON done (at);
   CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;`,
  `CREATE TABLE range_entry (
     rid INTEGER NOT NULL, param INTEGER NOT NULL, unit INTEGER NOT NULL, low NUMERIC NOT NULL, high NUMERIC NOT NULL,
     grp INTEGER NOT NULL, PRIMARY KEY (rid, param, unit, low, high, grp)
   ) WITHOUT ROWID;
   CREATE INDEX range_by_low ON range_entry (param, unit, low, high);
   CREATE INDEX range_by_high ON range_entry (param, unit, high, low) WHERE high > low;
   CREATE INDEX wide_by_low ON range_entry (param, unit, low, high) WHERE high - low > 86400000;
   CREATE INDEX wide_by_high ON range_entry (param, unit, high, low) WHERE high - low > 86400000;
   CREATE TABLE entry_2 (
     rid INTEGER NOT NULL, param INTEGER NOT NULL, value INTEGER NOT NULL, grp INTEGER NOT NULL,
     PRIMARY KEY (rid, param, value, grp)
   ) WITHOUT ROWID;
   INSERT INTO entry_2 SELECT rid, param, value, 0 FROM entry;
   DROP TABLE entry;
   ALTER TABLE entry_2 RENAME TO entry;
   CREATE INDEX entry_by_value ON entry (param, value);
   CREATE TABLE string_entry_2 (
     rid INTEGER NOT NULL, param INTEGER NOT NULL, value TEXT NOT NULL, exact TEXT NOT NULL, grp INTEGER NOT NULL,
     PRIMARY KEY (rid, param, value, exact, grp)
   ) WITHOUT ROWID;
   INSERT INTO string_entry_2 SELECT rid, param, value, exact, 0 FROM string_entry;
   DROP TABLE string_entry;
   ALTER TABLE string_entry_2 RENAME TO string_entry;
   CREATE INDEX string_entry_by_value ON string_entry (param, value);
   CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;`,
  `CREATE VIRTUAL TABLE word_entry USING fts5 (
     words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
   );`,
  `ALTER TABLE resource ADD COLUMN container INTEGER;
   CREATE INDEX resource_by_container ON resource (container) WHERE container IS NOT NULL;`,
  `CREATE TABLE state (
     kind TEXT NOT NULL, key TEXT NOT NULL, revision INTEGER NOT NULL, expires INTEGER, aliases TEXT NOT NULL,
     value TEXT NOT NULL, PRIMARY KEY (kind, key)
   ) WITHOUT ROWID;
   CREATE INDEX state_by_expiry ON state (expires) WHERE expires IS NOT NULL;
   CREATE TABLE state_alias (
     kind TEXT NOT NULL, alias TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (kind, alias, key)
   ) WITHOUT ROWID;`,
  `CREATE TABLE audit_month (month TEXT PRIMARY KEY, first INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE audit_chain (
     id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, base INTEGER, number INTEGER NOT NULL, recorded INTEGER NOT NULL,
     hash BLOB NOT NULL
   );
   CREATE TABLE audit_tally (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
   CREATE TABLE audit_segment (
     first INTEGER PRIMARY KEY, last INTEGER NOT NULL, month TEXT NOT NULL, level INTEGER NOT NULL, bits INTEGER NOT NULL,
     block INTEGER NOT NULL
   );
   CREATE TABLE audit_count (
     day INTEGER NOT NULL, tally INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (day, tally)
   ) WITHOUT ROWID;`,
]

/**
 * Brings a database to the newest schema, each step in a transaction of its own. Throws when the database was made
 * by a newer chartroom.
 */
export function migrate(database: DatabaseSync): void {
  const current = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0)
  if (current > VERSIONS.length) {
    throw new Error(
      `the store has schema version ${current}, this chartroom knows up to ${VERSIONS.length}: run a newer chartroom, or restore a backup`,
    )
  }
  for (let version = current; version < VERSIONS.length; version++) {
    database.exec(`BEGIN IMMEDIATE; ${VERSIONS[version]}; PRAGMA user_version = ${version + 1}; COMMIT`)
  }
}
