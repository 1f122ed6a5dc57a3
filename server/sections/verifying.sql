-- How far verification has come, in memory only; who took which step and what was found stands in the history.
ALTER TABLE cards ADD COLUMN steps TEXT NOT NULL DEFAULT '{}';       -- JSON: step -> its latest outcome
ALTER TABLE cards ADD COLUMN awaiting TEXT NOT NULL DEFAULT '';      -- the verdict that waits for a second person
ALTER TABLE cards ADD COLUMN proposed_by TEXT NOT NULL DEFAULT '';   -- by which account
ALTER TABLE cards ADD COLUMN proposed_method TEXT NOT NULL DEFAULT '';
ALTER TABLE cards ADD COLUMN proposed_basis TEXT NOT NULL DEFAULT '';
ALTER TABLE cards ADD COLUMN proposed_kind TEXT NOT NULL DEFAULT ''; -- of a dismissal: what it is instead
ALTER TABLE cards ADD COLUMN proposed_of TEXT NOT NULL DEFAULT '';   -- their organisation then, as people.py compares it
ALTER TABLE cards ADD COLUMN proposed_at INTEGER NOT NULL DEFAULT 0; -- place on the log
ALTER TABLE cards ADD COLUMN lowered_by TEXT NOT NULL DEFAULT '';    -- the account that took its severity below 4
ALTER TABLE cards ADD COLUMN was_told INTEGER NOT NULL DEFAULT 0;    -- a verdict told everybody who benefits
ALTER TABLE cards ADD COLUMN basis TEXT NOT NULL DEFAULT '';         -- as it was described: saw, told, public, media, social
ALTER TABLE cards ADD COLUMN affected TEXT NOT NULL DEFAULT '';      -- voters: 1-9, 10-49, 50-199, 200+
ALTER TABLE cards ADD COLUMN goes_on TEXT NOT NULL DEFAULT '';       -- yes, no
CREATE INDEX cards_awaiting ON cards (awaiting) WHERE awaiting != '';
-- Who is said to benefit stands apart from the history, which everybody at a desk reads before there is a verdict.
CREATE TABLE benefits (fact TEXT PRIMARY KEY, card TEXT NOT NULL, words TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX benefits_card ON benefits (card);
