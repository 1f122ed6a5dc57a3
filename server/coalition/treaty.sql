-- What members of the coalition let each other see. `known`: an organisation, so that two can be compared.
CREATE TABLE members (written TEXT PRIMARY KEY, known TEXT NOT NULL); -- organisations, as rosters write them
CREATE INDEX members_known ON members (known);
CREATE TABLE sharing (
  id TEXT PRIMARY KEY,
  known TEXT NOT NULL,
  organisation TEXT NOT NULL,  -- as it was written
  levels TEXT NOT NULL,        -- JSON: class -> level
  reason TEXT NOT NULL,
  by TEXT NOT NULL,
  of TEXT NOT NULL,            -- the organisation of whoever asked, then
  openers TEXT NOT NULL,       -- JSON: accounts that let that one in
  at TEXT NOT NULL,
  place INTEGER NOT NULL,
  state TEXT NOT NULL,         -- waits, agreed, declined
  agreed INTEGER NOT NULL,     -- place on the log where it was agreed on, or declined
  second TEXT NOT NULL,
  why TEXT NOT NULL            -- of a decline
);
