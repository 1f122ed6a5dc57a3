-- The picture, in memory only: one row per card. A card is a report; once it is an incident, the incident.
CREATE TABLE cards (
  row INTEGER PRIMARY KEY,          -- also the rowid of its words
  id TEXT NOT NULL UNIQUE,          -- the report's id; an incident has the id of the report that opened it
  number INTEGER,                   -- incidents only: 1 is the first that was opened, -1 the first of those that began restricted; see numbers.py
  kind TEXT NOT NULL,               -- raw, crowded (raw, and read later), incident, checkin, quiet, tally, noise, unsorted, set_aside
  status TEXT,                      -- incidents only: see server/incidents.py, or dismissed
  category TEXT NOT NULL DEFAULT '',
  sub TEXT NOT NULL DEFAULT '',
  second TEXT NOT NULL DEFAULT '',
  severity INTEGER NOT NULL DEFAULT 0,
  confidence REAL NOT NULL DEFAULT 0,
  crowded INTEGER NOT NULL DEFAULT 0, -- it came over its sender's, gateway's or address's share; see crowds.py
  alike_of TEXT NOT NULL DEFAULT '',  -- the first card that said nearly the same
  alike INTEGER NOT NULL DEFAULT 0,   -- how many cards say nearly the same as this one said first
  copy INTEGER NOT NULL DEFAULT 0,    -- such a card of a source on no roster: counts nowhere by itself
  unread INTEGER NOT NULL DEFAULT 0,  -- something in it was not understood
  restricted INTEGER NOT NULL DEFAULT 1, -- in doubt until somebody, or the reader, has looked
  decided INTEGER NOT NULL DEFAULT 0,    -- a person has said whether it is restricted; see restrictions.py
  was_open INTEGER NOT NULL DEFAULT 0,   -- everybody at a desk could once see it
  was_verified INTEGER NOT NULL DEFAULT 0, -- everybody could
  rehearsal INTEGER NOT NULL,
  at TEXT NOT NULL,
  sent_at TEXT NOT NULL,
  channel TEXT NOT NULL,
  gateway TEXT NOT NULL,
  source TEXT NOT NULL,
  standing TEXT NOT NULL DEFAULT 'unknown', -- its source's: known, unknown, blocked; see standing.py
  monitor TEXT NOT NULL DEFAULT '',   -- whose report it is, proven
  claims TEXT NOT NULL DEFAULT '',    -- the monitor whose number was typed, unproven
  organisation TEXT NOT NULL DEFAULT '', -- the proven monitor's
  province TEXT NOT NULL DEFAULT '',
  station TEXT NOT NULL DEFAULT '',
  lat REAL,
  lon REAL,
  place TEXT NOT NULL DEFAULT '{}', -- JSON: code, level, confidence, because, candidates
  detail TEXT NOT NULL DEFAULT '{}',-- JSON: text, because, count, clock, unread
  photos TEXT NOT NULL DEFAULT '{}',-- JSON: name of a photo -> SHA-256 of the picture that is kept
  sealed TEXT NOT NULL,             -- what the door sealed, until the reader has read it
  version INTEGER NOT NULL,
  changed INTEGER NOT NULL          -- place on the log of the last fact about it
);
CREATE TABLE photos (name TEXT PRIMARY KEY, card TEXT NOT NULL, kept TEXT NOT NULL);
CREATE INDEX photos_card ON photos (card);
CREATE INDEX cards_changed ON cards (changed);
CREATE INDEX cards_at ON cards (at, row);
CREATE INDEX cards_province ON cards (province);
CREATE INDEX cards_kind ON cards (kind, status);
CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'trigram'); -- trigrams: Khmer has no spaces
CREATE TABLE history (card TEXT NOT NULL, fact TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL, wire TEXT NOT NULL, why TEXT NOT NULL, restricted INTEGER NOT NULL DEFAULT 0);
CREATE INDEX history_card ON history (card);
