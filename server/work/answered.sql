-- What people made of alerts, in memory only: one row for each that somebody answered. Times by the room's clock.
CREATE TABLE answered (
  alert TEXT PRIMARY KEY,
  state TEXT NOT NULL,              -- acknowledged, snoozed, taken; open: it grew while it was snoozed
  by TEXT NOT NULL,                 -- account
  at TEXT NOT NULL,
  until TEXT NOT NULL DEFAULT '',   -- of one that is snoozed
  incident TEXT NOT NULL DEFAULT '',-- that deals with what it tells of
  note TEXT NOT NULL DEFAULT '',
  version INTEGER NOT NULL
) WITHOUT ROWID;
