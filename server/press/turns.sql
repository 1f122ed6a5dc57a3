-- Since when each incident counts, in memory only, so that a figure frozen earlier can be counted again.
CREATE TABLE turned (card TEXT PRIMARY KEY) WITHOUT ROWID; -- since the section looked last
CREATE TABLE turns (
  card TEXT NOT NULL,
  place INTEGER NOT NULL,           -- the fact on the log by which it came to be so
  counts TEXT NOT NULL,             -- the verdict by which it counts from here on; '' while it counts nowhere
  PRIMARY KEY (card, place)
) WITHOUT ROWID;
CREATE TABLE effective (fact TEXT PRIMARY KEY) WITHOUT ROWID; -- joins by which a report came to stand elsewhere
CREATE TRIGGER cards_turned AFTER UPDATE OF number, kind, status, restricted, standing, backed, stands, copy ON cards
WHEN NEW.number IS NOT NULL BEGIN INSERT OR IGNORE INTO turned VALUES (NEW.id); END;
