-- How many cards there are of what, in memory only: kept up as cards change, never counted anew.
CREATE TABLE tallies (
  what TEXT NOT NULL,               -- see ARMS in tallies.py
  side TEXT NOT NULL,               -- open, restricted, verified (these are among the open ones, too); '' for all
  one TEXT NOT NULL,
  other TEXT NOT NULL,
  n INTEGER NOT NULL,               -- 0 once there are none any more
  PRIMARY KEY (what, side, one, other)
) WITHOUT ROWID;
CREATE INDEX cards_restricted ON cards (status, stands, standing) WHERE restricted; -- few, and counted often
CREATE INDEX cards_real ON cards (rehearsal) WHERE NOT rehearsal; -- whether there is any
CREATE INDEX monitors_members ON monitors (rehearsal, organisation) WHERE enrolled;
