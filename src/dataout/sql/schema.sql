-- version: each state file knows which migration it is at
CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL);

-- profiles: people, interned: slot is the small number by which everything else knows them
CREATE TABLE profiles (slot INTEGER NOT NULL, profile_id VARCHAR NOT NULL);

-- events: history, every version of each event; landing is the order of arrival and unique; instants in milliseconds UTC
CREATE TABLE events (
  slot INTEGER NOT NULL,
  name VARCHAR NOT NULL,
  event_time BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  landing BIGINT NOT NULL,
  source VARCHAR NOT NULL,
  event_id VARCHAR,
  event_key UHUGEINT NOT NULL,
  backfill BOOLEAN NOT NULL,
  properties VARIANT
);

-- attributes: history of (value, set_at, received_at) per profile and name
CREATE TABLE attributes (
  slot INTEGER NOT NULL,
  name VARCHAR NOT NULL,
  value VARIANT,
  set_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  landing BIGINT NOT NULL
);

-- list_members: history of who was put on a list or taken off it
CREATE TABLE list_members (
  list VARCHAR NOT NULL,
  slot INTEGER NOT NULL,
  member BOOLEAN NOT NULL,
  set_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  landing BIGINT NOT NULL
);

-- object_attributes: history of what is known of the things that profiles are related to
CREATE TABLE object_attributes (
  type VARCHAR NOT NULL,
  object_id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  value VARIANT,
  set_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  landing BIGINT NOT NULL
);

-- relationships: history of who is related to what, and how
CREATE TABLE relationships (
  type VARCHAR NOT NULL,
  object_id VARCHAR NOT NULL,
  slot INTEGER NOT NULL,
  related BOOLEAN NOT NULL,
  attributes VARIANT,
  set_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  landing BIGINT NOT NULL
);

-- rejects: records that could not be taken in, kept whole until they are replayed
CREATE TABLE rejects (
  reject_id UHUGEINT NOT NULL,
  kind VARCHAR NOT NULL,
  file VARCHAR NOT NULL,
  line BIGINT NOT NULL,
  field VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  record VARCHAR NOT NULL,
  mapping VARCHAR NOT NULL,
  rejected_at BIGINT NOT NULL
);

-- loads: what each loading of a file came to
CREATE TABLE loads (
  file VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  loaded_at BIGINT NOT NULL,
  loaded BIGINT NOT NULL,
  duplicates BIGINT NOT NULL,
  rejected BIGINT NOT NULL,
  skipped BIGINT NOT NULL
);

-- normalized: prepared identifiers, computed once per platform, region, field, country and raw value
CREATE TABLE normalized (
  platform VARCHAR NOT NULL,
  region VARCHAR NOT NULL,
  field VARCHAR NOT NULL,
  country VARCHAR NOT NULL,
  raw VARCHAR NOT NULL,
  sent VARCHAR,
  reason VARCHAR
);

-- entries: what was ever prepared for a destination; the values of an entry never change
CREATE TABLE entries (
  sync VARCHAR NOT NULL,
  row_key VARCHAR NOT NULL,
  row_values VARCHAR NOT NULL
);

-- entry_owners: whose entry it is; profiles with equal values share one
CREATE TABLE entry_owners (sync VARCHAR NOT NULL, row_key VARCHAR NOT NULL, slot INTEGER NOT NULL);

-- operations: the ledger, append only: every intent (sent) and every outcome, in order of seq
CREATE TABLE operations (
  seq BIGINT NOT NULL,
  sync VARCHAR NOT NULL,
  row_key VARCHAR NOT NULL,
  batch_id VARCHAR NOT NULL,
  op VARCHAR NOT NULL,
  outcome VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  recorded_at BIGINT NOT NULL
);

-- batches: persisted before they are sent; content goes when the batch is closed
CREATE TABLE batches (
  batch_id VARCHAR NOT NULL,
  sync VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL,
  op VARCHAR NOT NULL,
  remote VARCHAR NOT NULL,
  content VARCHAR,
  size BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  closed_at BIGINT,
  job VARCHAR,
  receipt VARCHAR
);

-- remotes: the audience at the vendor that a sync writes to
CREATE TABLE remotes (sync VARCHAR NOT NULL, remote VARCHAR NOT NULL, opened_at BIGINT NOT NULL);

-- memberships: who is in which segment as of the last tick, and since when as far as is known
CREATE TABLE memberships (segment VARCHAR NOT NULL, slot INTEGER NOT NULL, true_from BIGINT NOT NULL);

-- edges: per segment and profile the next instant at which time alone can change the membership
CREATE TABLE edges (segment VARCHAR NOT NULL, slot INTEGER NOT NULL, moment BIGINT NOT NULL);

-- membership_log: every change of a membership, append only
CREATE TABLE membership_log (
  segment VARCHAR NOT NULL,
  slot INTEGER NOT NULL,
  entered BOOLEAN NOT NULL,
  true_from BIGINT NOT NULL,
  known_at BIGINT NOT NULL,
  cause VARCHAR NOT NULL
);

-- evaluated: the meaning of each segment that memberships stand for
CREATE TABLE evaluated (segment VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL);

-- ticks: one row, the last tick: its instant, and the last arrival in each table that it saw
CREATE TABLE ticks (
  "at" BIGINT NOT NULL,
  profiles BIGINT NOT NULL,
  events BIGINT NOT NULL,
  attributes BIGINT NOT NULL,
  list_members BIGINT NOT NULL,
  relationships BIGINT NOT NULL,
  object_attributes BIGINT NOT NULL,
  withdrawals BIGINT NOT NULL,
  deletions BIGINT NOT NULL
);

-- superseded: when a later copy of an event replaced or deleted this version of it (NULL: none did)
ALTER TABLE events ADD COLUMN superseded_at BIGINT;

-- corrects: whether this version of an event came to replace others (NULL: it did not)
ALTER TABLE events ADD COLUMN corrects BOOLEAN;

-- withdrawals: copies of events that delete them, kept so that an earlier copy may come later
CREATE TABLE withdrawals (
  event_key UHUGEINT NOT NULL,
  slot INTEGER,
  received_at BIGINT NOT NULL,
  landing BIGINT NOT NULL
);

-- deletions: history of who was deleted, or brought back
CREATE TABLE deletions (
  slot INTEGER NOT NULL,
  deleted BOOLEAN NOT NULL,
  set_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  landing BIGINT NOT NULL
);

-- rewritten: people whose events were not only added to: some were replaced, deleted, or outdone by an earlier copy
CREATE TABLE rewritten (slot INTEGER NOT NULL, landing BIGINT NOT NULL);

-- keyed: segments whose edges a server keeps in its memory: those in the table of edges say nothing
CREATE TABLE keyed (segment VARCHAR NOT NULL);

-- snapshots: those of a server's memory that hold good
CREATE TABLE snapshots (token VARCHAR NOT NULL);

-- merged: profiles that are one person with another, whose slot all their records carry
CREATE TABLE merged (slot INTEGER NOT NULL, profile_id VARCHAR NOT NULL, survivor INTEGER NOT NULL);

-- everyone: every profile id there ever was: the slot it came with, and whose it is now
CREATE VIEW everyone AS
SELECT slot AS origin, profile_id, slot FROM profiles
UNION ALL
SELECT slot, profile_id, survivor FROM merged;

-- events_origin: the slot under which a record came, where another person's it is now
ALTER TABLE events ADD COLUMN origin INTEGER;

-- attributes_origin: as of events
ALTER TABLE attributes ADD COLUMN origin INTEGER;

-- list_members_origin: as of events
ALTER TABLE list_members ADD COLUMN origin INTEGER;

-- relationships_origin: as of events
ALTER TABLE relationships ADD COLUMN origin INTEGER;

-- withdrawals_origin: as of events
ALTER TABLE withdrawals ADD COLUMN origin INTEGER;

-- deletions_origin: as of events
ALTER TABLE deletions ADD COLUMN origin INTEGER;

-- entry_owners_origin: as of events
ALTER TABLE entry_owners ADD COLUMN origin INTEGER;

-- identities: which identifying values the records of a profile came with, prepared for comparison
CREATE TABLE identities (
  origin INTEGER NOT NULL,
  kind VARCHAR NOT NULL,
  value VARCHAR NOT NULL,
  stated_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL
);

-- quarantined: values that would merge people, and must not
CREATE TABLE quarantined (
  kind VARCHAR NOT NULL,
  value VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  profiles BIGINT NOT NULL
);

-- splits: values by which a profile (NULL: everybody) merges no more, because a person said so
CREATE TABLE splits (
  origin INTEGER,
  kind VARCHAR NOT NULL,
  value VARCHAR NOT NULL,
  split_at BIGINT NOT NULL
);

-- merges: every change of whose records are whose, append only
CREATE TABLE merges (
  origin INTEGER NOT NULL,
  was INTEGER NOT NULL,
  became INTEGER NOT NULL,
  recorded_at BIGINT NOT NULL,
  landing BIGINT NOT NULL
);

-- identity_rules: one row: the rules that the present merges follow, and the last value they saw
CREATE TABLE identity_rules (rules VARCHAR NOT NULL, attributes BIGINT NOT NULL);

-- ticks_merges: the last change of whose records are whose that a tick saw
ALTER TABLE ticks ADD COLUMN merges BIGINT DEFAULT 0;

-- no_normalized: prepared values were kept by the raw text; they are no more
DROP TABLE normalized;

-- prepared_values: values that took more than SQL, by the rules in force, the form, the place by which they were read, and a digest of the raw text
CREATE TABLE prepared_values (
  rules VARCHAR NOT NULL,
  form VARCHAR NOT NULL,
  place VARCHAR NOT NULL,
  key UHUGEINT NOT NULL,
  sent VARCHAR,
  reason VARCHAR
);

-- prepared: identifiers as a platform wants them, or why they are unusable
CREATE TABLE prepared (
  platform VARCHAR NOT NULL,
  slot INTEGER NOT NULL,
  field VARCHAR NOT NULL,
  sent VARCHAR,
  reason VARCHAR
);

-- prepared_of: whose prepared identifiers are up to date at a platform
CREATE TABLE prepared_of (platform VARCHAR NOT NULL, slot INTEGER NOT NULL);

-- prepared_up_to: one row: by which settings, as of when, and what had arrived in the tables
CREATE TABLE prepared_up_to (
  settings VARCHAR NOT NULL,
  "at" BIGINT NOT NULL,
  attributes BIGINT NOT NULL,
  merges BIGINT NOT NULL
);
