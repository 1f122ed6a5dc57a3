-- Who works on what, in memory only. Moments are ISO 8601, UTC, by the room's clock; '' is none.
ALTER TABLE cards ADD COLUMN assigned TEXT NOT NULL DEFAULT '';    -- the account that is to deal with it
ALTER TABLE cards ADD COLUMN holder TEXT NOT NULL DEFAULT '';      -- the account that holds it, until held_until
ALTER TABLE cards ADD COLUMN held_until TEXT NOT NULL DEFAULT '';
ALTER TABLE cards ADD COLUMN due TEXT NOT NULL DEFAULT '';         -- when something is to be done about it
ALTER TABLE cards ADD COLUMN look_due TEXT NOT NULL DEFAULT '';    -- its clocks while nothing is decided
ALTER TABLE cards ADD COLUMN look_met TEXT NOT NULL DEFAULT '';
ALTER TABLE cards ADD COLUMN call_due TEXT NOT NULL DEFAULT '';    -- does not run while it is restricted
ALTER TABLE cards ADD COLUMN call_met TEXT NOT NULL DEFAULT '';
ALTER TABLE cards ADD COLUMN escalated TEXT NOT NULL DEFAULT '';   -- the level of the ladder that was told last
ALTER TABLE cards ADD COLUMN mentions TEXT NOT NULL DEFAULT '[]';  -- JSON: accounts that a note calls, until they act
ALTER TABLE cards ADD COLUMN work_version INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cards_assigned ON cards (assigned) WHERE assigned != '';
CREATE INDEX cards_holder ON cards (holder) WHERE holder != '';
CREATE INDEX cards_due ON cards (due) WHERE due != '';
CREATE INDEX cards_look ON cards (look_due) WHERE look_due != '';
CREATE TABLE clocks (               -- of every incident, also when its clocks run no more
  card TEXT PRIMARY KEY,
  received TEXT NOT NULL,
  begins TEXT NOT NULL,             -- from when on they run: later, when it was found to be graver
  severity INTEGER NOT NULL,
  unsafe INTEGER NOT NULL,          -- somebody must not be called
  looked TEXT NOT NULL,
  called TEXT NOT NULL,
  ended TEXT NOT NULL,              -- when it was decided
  look_due TEXT NOT NULL DEFAULT '',
  call_due TEXT NOT NULL DEFAULT '',
  look_told TEXT NOT NULL DEFAULT '', -- the level that was told that nobody had looked
  call_told TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE mentions (card TEXT NOT NULL, name TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (card, name));
CREATE INDEX mentions_name ON mentions (name);
