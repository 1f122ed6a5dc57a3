-- Shifts that were handed over, in memory only. Times are ISO 8601, UTC, when the record took them.
CREATE TABLE shifts (
  id TEXT PRIMARY KEY,
  by TEXT NOT NULL,                 -- accounts: who handed over, to whom
  name TEXT NOT NULL,
  at TEXT NOT NULL,
  rehearsal INTEGER NOT NULL,
  sheet TEXT NOT NULL,              -- sealed for the room
  taken_by TEXT NOT NULL DEFAULT '',
  taken_at TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  version INTEGER NOT NULL
);
