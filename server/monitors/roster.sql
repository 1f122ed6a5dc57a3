-- Who monitors, in memory only. Names, numbers and PINs stay sealed here too: they are opened for the one who asks.
CREATE TABLE monitors (
  id TEXT PRIMARY KEY,
  enrolled INTEGER NOT NULL,        -- 0 once retired
  organisation TEXT NOT NULL,
  language TEXT NOT NULL,
  replies INTEGER NOT NULL,
  rehearsal INTEGER NOT NULL,
  stations TEXT NOT NULL,           -- codes without check digit, separated by spaces
  supervisor TEXT NOT NULL,
  no_signal INTEGER NOT NULL,
  sealed TEXT NOT NULL,
  digest TEXT NOT NULL,             -- of all that was written of this monitor
  version INTEGER NOT NULL
);
CREATE TABLE phones (alias TEXT PRIMARY KEY, monitor TEXT NOT NULL);
CREATE INDEX phones_monitor ON phones (monitor);
CREATE TABLE blocked (alias TEXT PRIMARY KEY, at TEXT NOT NULL, by TEXT NOT NULL, reason TEXT NOT NULL);
