-- Who is on duty when, in memory only. Times are ISO 8601, UTC, by the room's clock.
CREATE TABLE duties (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  level TEXT NOT NULL,
  starts TEXT NOT NULL,
  ends TEXT NOT NULL,
  pages INTEGER NOT NULL,           -- is paged for danger and what is very grave
  sealed TEXT NOT NULL,             -- the number to page, under the duty's key
  by TEXT NOT NULL,
  cancelled INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL
);
CREATE INDEX duties_ends ON duties (ends);
