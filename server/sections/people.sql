-- Who may sign in.
CREATE TABLE accounts (
  name TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  open INTEGER NOT NULL,
  since TEXT NOT NULL,
  organisation TEXT NOT NULL,
  born INTEGER NOT NULL,    -- place on the log since when it is an account of this organisation
  opened_by TEXT NOT NULL   -- the account that opened it; '' when it was done at the console
);
