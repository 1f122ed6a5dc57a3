-- What is needed to say whether a card is restricted, in memory only: what the door sealed, until the report is read,
-- and what was said last.
CREATE TABLE restrictions (card TEXT PRIMARY KEY, sealed TEXT NOT NULL, restricted INTEGER NOT NULL) WITHOUT ROWID;
