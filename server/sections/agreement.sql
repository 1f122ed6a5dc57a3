-- How reports were read and what people decided of them, one row for each report.
CREATE TABLE readings (
  report TEXT PRIMARY KEY,
  copy_of TEXT NOT NULL DEFAULT '',  -- the report that this one says again; it is not counted twice
  read_as TEXT NOT NULL DEFAULT '',  -- what the reader took it for: a category, OKAY, TALLY, NONE, or '' for nothing
  second TEXT NOT NULL DEFAULT '',   -- the reader's second category
  reader TEXT NOT NULL DEFAULT '',   -- which rules and model read it; '' until it is read
  category TEXT NOT NULL DEFAULT '', -- as the incident stands
  sub TEXT NOT NULL DEFAULT '',
  decided TEXT NOT NULL DEFAULT '',  -- what people said last that it is, in the words of `read_as`; '' when nobody did
  at INTEGER NOT NULL DEFAULT 0,     -- place on the log of that decision, or of the one that took it back
  confirmed INTEGER NOT NULL DEFAULT 0, -- it was verified as it stood, and nothing more
  held INTEGER NOT NULL DEFAULT 0    -- people had it in hand: no later reading changes how it stands
);
CREATE TABLE newest (one INTEGER PRIMARY KEY, reader TEXT NOT NULL); -- one row: who read the report that was read last
CREATE INDEX readings_at ON readings (at) WHERE decided != '';
