-- Incidents without a number that everybody at a desk may see, and that the fact which is folded may give one; in memory only.
CREATE TABLE unnumbered (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE hidden_numbers (last INTEGER NOT NULL);
INSERT INTO hidden_numbers VALUES (0);
CREATE TRIGGER cards_to_number AFTER UPDATE OF number, restricted ON cards WHEN NEW.number <= 0
  BEGIN INSERT OR IGNORE INTO unnumbered VALUES (NEW.id); END;
