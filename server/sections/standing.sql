-- PINs that came with reports by channels that vouch for no number; in memory only, like the reports' words.
CREATE TABLE typed (card TEXT PRIMARY KEY, source TEXT NOT NULL, pin TEXT NOT NULL);
CREATE INDEX typed_source ON typed (source, pin);
CREATE INDEX cards_source ON cards (source);
CREATE INDEX cards_monitor ON cards (monitor);
CREATE INDEX cards_claims ON cards (claims);
