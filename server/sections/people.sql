-- Who may sign in.
CREATE TABLE accounts (
  name TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  open INTEGER NOT NULL,
  since TEXT NOT NULL,
  organisation TEXT NOT NULL,
  born INTEGER NOT NULL,    -- place on the log since when it is an account of this organisation
  vouched INTEGER NOT NULL  -- its organisation was named at the console, or by an account of that organisation itself
);

-- Which account opened another one, or moved it to another organisation; none where it was done at the console.
CREATE TABLE let_in (
  name TEXT NOT NULL,
  by TEXT NOT NULL,
  PRIMARY KEY (name, by)
);

-- Who said that they are forced to sign in.
CREATE TABLE forced (
  row INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  name TEXT NOT NULL
);
