-- What was asked for that needs a second person, and what became of it.
CREATE TABLE acts (
  id TEXT PRIMARY KEY,
  what TEXT NOT NULL,          -- forget, hold, lift
  source TEXT NOT NULL,
  monitor TEXT NOT NULL,
  reports TEXT NOT NULL,       -- with a typed number, that go alone or with their monitor
  channels TEXT NOT NULL,      -- how many reports of which were to go
  reason TEXT NOT NULL,
  by TEXT NOT NULL,
  organisation TEXT NOT NULL,  -- of whoever asked, then
  openers TEXT NOT NULL,       -- accounts that let that one in
  at TEXT NOT NULL,
  place INTEGER NOT NULL,
  state TEXT NOT NULL,         -- waits, agreed (and not done yet), done, declined
  second TEXT NOT NULL,        -- who confirmed or declined it; '' while it waits
  why TEXT NOT NULL,           -- of a decline
  ended INTEGER NOT NULL       -- place on the log of its confirmation; 0 before
);
CREATE TABLE reveals (
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  source TEXT NOT NULL,
  incident TEXT NOT NULL,
  report TEXT NOT NULL,
  reason TEXT NOT NULL
);
