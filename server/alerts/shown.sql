-- What looks unusual, in memory only: one row for each alert, as it was told last. Times are ISO 8601, UTC.
CREATE TABLE alerts (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,               -- burst, silence, coordinated
  statistic TEXT NOT NULL,
  category TEXT NOT NULL,           -- '' when it is of none
  restricted INTEGER NOT NULL,      -- only the security lead is told
  rehearsal INTEGER NOT NULL,
  province TEXT NOT NULL,
  since TEXT NOT NULL,              -- by the reports' own hours, like until and ended
  until TEXT NOT NULL,
  ended TEXT NOT NULL,              -- '' while it goes on
  found INTEGER NOT NULL,
  expected REAL NOT NULL,
  chance REAL NOT NULL,             -- that a quiet day has anything like it
  times INTEGER NOT NULL,           -- how often it was told: once, and each time that it grew
  evidence TEXT NOT NULL            -- JSON: area, parts, mark, reports, stations
) WITHOUT ROWID;
