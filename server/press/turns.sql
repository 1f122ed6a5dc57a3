-- Since when each incident counts, in memory only, so that a figure frozen earlier can be counted again.
CREATE TABLE turned (card TEXT PRIMARY KEY) WITHOUT ROWID; -- since the section looked last
CREATE TABLE turns (
  card TEXT NOT NULL,
  place INTEGER NOT NULL,           -- the fact on the log by which it came to be so
  counts TEXT NOT NULL,             -- the verdict by which it counts from here on; '' while it counts nowhere
  restricted INTEGER NOT NULL,      -- from here on
  PRIMARY KEY (card, place)
) WITHOUT ROWID;
CREATE TABLE unsure (card TEXT PRIMARY KEY) WITHOUT ROWID; -- restricted, with no verdict since
CREATE TABLE effective (fact TEXT PRIMARY KEY) WITHOUT ROWID; -- joins by which a report came to stand elsewhere
CREATE TRIGGER cards_turned AFTER UPDATE OF number, kind, status, restricted, standing, backed, stands, copy ON cards
WHEN NEW.number IS NOT NULL BEGIN INSERT OR IGNORE INTO turned VALUES (NEW.id); END;
-- Since when each province has so many monitors that it may be named.
CREATE TABLE posted (province TEXT, rehearsal INTEGER, PRIMARY KEY (province, rehearsal)) WITHOUT ROWID; -- since then
CREATE TABLE crowds (
  province TEXT NOT NULL,
  rehearsal INTEGER NOT NULL,
  place INTEGER NOT NULL,           -- the fact on the log
  enough INTEGER NOT NULL,          -- from here on
  PRIMARY KEY (province, rehearsal, place)
) WITHOUT ROWID;
CREATE INDEX posts_province ON posts (province, rehearsal, monitor);
CREATE TRIGGER posts_more AFTER INSERT ON posts
BEGIN INSERT OR IGNORE INTO posted VALUES (NEW.province, NEW.rehearsal); END;
CREATE TRIGGER posts_fewer AFTER DELETE ON posts
BEGIN INSERT OR IGNORE INTO posted VALUES (OLD.province, OLD.rehearsal); END;
