-- The docket, in memory only: each complaint, and what was said of it in the order of the log. Words stay sealed here.
CREATE TABLE complaints (
  id TEXT PRIMARY KEY,
  rehearsal INTEGER NOT NULL,
  at TEXT NOT NULL,                 -- when the record took it
  by TEXT NOT NULL,                 -- account
  version INTEGER NOT NULL,
  changed TEXT NOT NULL             -- the last fact about it, links and reminders among them
) WITHOUT ROWID;
CREATE TABLE complaint_acts (
  row INTEGER PRIMARY KEY,
  complaint TEXT NOT NULL,
  fact TEXT NOT NULL,
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  version INTEGER NOT NULL,         -- of its own subject
  subject TEXT NOT NULL,
  wire TEXT NOT NULL,
  v INTEGER NOT NULL,
  body TEXT NOT NULL                -- JSON, as on the wire
);
CREATE INDEX complaint_acts_of ON complaint_acts (complaint);
