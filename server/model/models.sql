-- The facts that say which model readers use, as they stand on the log; of reports, the first that is no rehearsal.
CREATE TABLE models (fact TEXT NOT NULL, by TEXT NOT NULL, wire TEXT NOT NULL, v INTEGER NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX models_wire ON models (wire);
