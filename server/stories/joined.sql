-- Which reports tell of one thing, in memory only: what was joined, suggested and kept apart.
ALTER TABLE cards ADD COLUMN stands TEXT NOT NULL DEFAULT '';      -- the incident that it was joined into; "" while it stands for itself
ALTER TABLE cards ADD COLUMN reports INTEGER NOT NULL DEFAULT 1;   -- how many reports it has, with its own
ALTER TABLE cards ADD COLUMN backed INTEGER NOT NULL DEFAULT 0;    -- how many of the others would count without it
ALTER TABLE cards ADD COLUMN sources INTEGER NOT NULL DEFAULT 1;   -- how many independent sources; see corroborate.py
ALTER TABLE cards ADD COLUMN suggestions TEXT NOT NULL DEFAULT '[]'; -- JSON: what may be joined, either way, the likeliest first
CREATE INDEX cards_stands ON cards (stands);
CREATE TABLE joined (report TEXT PRIMARY KEY, incident TEXT NOT NULL, how TEXT NOT NULL);
CREATE INDEX joined_incident ON joined (incident);
CREATE TABLE suggested (
  report TEXT NOT NULL,
  incident TEXT NOT NULL,
  how TEXT NOT NULL,
  likely REAL NOT NULL,
  text REAL NOT NULL,
  place TEXT NOT NULL,
  minutes INTEGER NOT NULL,
  category INTEGER NOT NULL,
  PRIMARY KEY (report, incident)
);
CREATE INDEX suggested_incident ON suggested (incident);
CREATE TABLE apart (report TEXT NOT NULL, incident TEXT NOT NULL, PRIMARY KEY (report, incident));
