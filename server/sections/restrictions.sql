-- What is needed to say whether a card is restricted, in memory only: what the door sealed, until the report is read,
-- and what was said last.
CREATE TABLE restrictions (
  card TEXT PRIMARY KEY,
  sealed TEXT NOT NULL,
  restricted INTEGER NOT NULL,
  part TEXT NOT NULL,               -- "2/3" of a longer message
  whole TEXT NOT NULL               -- which its parts share
) WITHOUT ROWID;
CREATE INDEX restrictions_whole ON restrictions (whole) WHERE whole != '';
