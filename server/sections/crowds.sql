CREATE INDEX cards_alike ON cards (alike_of);
CREATE TABLE shifted (id TEXT PRIMARY KEY); -- cards that were hidden or shown a moment ago, and that others are like
CREATE TRIGGER cards_shifted AFTER UPDATE OF restricted ON cards
  WHEN OLD.restricted != NEW.restricted AND (NEW.alike OR NEW.alike_of != '')
  BEGIN INSERT OR IGNORE INTO shifted VALUES (NEW.id); END;
