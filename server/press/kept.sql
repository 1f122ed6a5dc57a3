-- Statements, in memory only: their texts are opened from the vault here and nowhere written.
CREATE TABLE statements (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  corrects TEXT NOT NULL,            -- the statement that it corrects, or ''
  rehearsal INTEGER NOT NULL,
  begun_at TEXT NOT NULL,
  begun_by TEXT NOT NULL,
  begun INTEGER NOT NULL,            -- place on the log
  version INTEGER NOT NULL,
  changed TEXT NOT NULL,             -- the last fact about it
  ended TEXT NOT NULL DEFAULT '',    -- released, rehearsed, withdrawn, abandoned; '' while it is worked on
  ended_at TEXT NOT NULL DEFAULT '',
  number INTEGER,                    -- in the series of its kind: released ones, or rehearsed ones
  document TEXT NOT NULL DEFAULT '', -- JSON, once it is released or rehearsed
  reason TEXT NOT NULL DEFAULT '',   -- why it was withdrawn or abandoned
  checked TEXT NOT NULL DEFAULT '',  -- the hash of what was checked
  checked_by TEXT NOT NULL DEFAULT '',
  checked_at TEXT NOT NULL DEFAULT '',
  accepted TEXT NOT NULL DEFAULT '', -- findings, space-separated
  weighed TEXT NOT NULL DEFAULT '',  -- why they were
  embargoed TEXT NOT NULL DEFAULT '',-- the hash of what is under embargo
  until TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE drafts (                -- each version of its text
  statement TEXT NOT NULL,
  version INTEGER NOT NULL,
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  texts TEXT NOT NULL,               -- JSON: language -> title, body
  PRIMARY KEY (statement, version)
) WITHOUT ROWID;
CREATE TABLE frozen (                -- its figures, all of one moment
  statement TEXT NOT NULL,
  token TEXT NOT NULL,
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  upto TEXT NOT NULL,
  facts INTEGER NOT NULL,
  figure TEXT NOT NULL,              -- JSON
  incidents TEXT NOT NULL,           -- space-separated
  stations TEXT NOT NULL,            -- space-separated
  hash TEXT NOT NULL,
  PRIMARY KEY (statement, token)
) WITHOUT ROWID;
CREATE TABLE cited (                 -- each incident in a frozen figure, as it stood when that was frozen or last looked at
  statement TEXT NOT NULL,
  token TEXT NOT NULL,
  incident TEXT NOT NULL,
  wanted TEXT NOT NULL,              -- the status that the figure counts
  status TEXT NOT NULL,
  category TEXT NOT NULL,
  sub TEXT NOT NULL,
  severity INTEGER NOT NULL,
  province TEXT NOT NULL,
  station TEXT NOT NULL,
  basis TEXT NOT NULL,
  stands TEXT NOT NULL,
  restricted INTEGER NOT NULL,
  lives INTEGER NOT NULL,            -- not from a blocked source alone
  sure INTEGER NOT NULL,             -- nothing was said of it between the figure's moment and the fact that froze it
  PRIMARY KEY (statement, token, incident)
) WITHOUT ROWID;
CREATE TABLE signed (
  statement TEXT NOT NULL,
  member TEXT NOT NULL,              -- the organisation as names are compared
  organisation TEXT NOT NULL,
  hash TEXT NOT NULL,
  by TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (statement, member)
) WITHOUT ROWID;
CREATE TABLE grounds (card TEXT PRIMARY KEY, basis TEXT NOT NULL) WITHOUT ROWID; -- how what a verdict says is known
