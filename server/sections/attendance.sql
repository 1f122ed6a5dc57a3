-- Who was heard when, in memory only. Times are milliseconds since 1970.
CREATE TABLE signs (                -- one row for each report of a named source that was read, or set aside
  report TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  rehearsal INTEGER NOT NULL,
  at INTEGER NOT NULL,
  station TEXT NOT NULL,            -- named in code, or ''
  codes TEXT NOT NULL,              -- of check-ins, separated by spaces
  calm INTEGER NOT NULL,            -- a check-in, or all is well
  grave INTEGER NOT NULL,           -- restricted, or read by nobody: whoever sent it may be in danger
  hidden INTEGER NOT NULL,          -- restricted: it counts for no station, or the count would tell of it
  speaker TEXT NOT NULL,            -- the known monitor who sent it; '' for anybody else
  organisation TEXT NOT NULL        -- the monitor's
) WITHOUT ROWID;
CREATE INDEX signs_source ON signs (source);
CREATE INDEX signs_station ON signs (station) WHERE station != '';
CREATE INDEX signs_speaker ON signs (speaker) WHERE speaker != '';
CREATE TABLE voices (alias TEXT PRIMARY KEY, monitor TEXT NOT NULL);
CREATE INDEX voices_monitor ON voices (monitor);
CREATE TABLE posts (                -- which monitor is expected where
  monitor TEXT NOT NULL,
  station TEXT NOT NULL,
  province TEXT NOT NULL,
  district TEXT NOT NULL,
  organisation TEXT NOT NULL,
  rehearsal INTEGER NOT NULL,
  no_signal INTEGER NOT NULL,
  PRIMARY KEY (monitor, station)
) WITHOUT ROWID;
CREATE INDEX posts_station ON posts (station);
CREATE TABLE units (                -- a station with all its monitors (organisation ''), or with those of one
  station TEXT NOT NULL,
  organisation TEXT NOT NULL,
  rehearsal INTEGER NOT NULL,
  province TEXT NOT NULL,
  district TEXT NOT NULL,
  no_signal INTEGER NOT NULL,       -- no monitor there has any
  calm INTEGER,                     -- first told that all is well
  heard INTEGER,                    -- first heard; then met1, came1, met2 … for each check-in of the pack
  PRIMARY KEY (station, organisation, rehearsal)
) WITHOUT ROWID;
