-- Who may sign in.
CREATE TABLE accounts (name TEXT PRIMARY KEY, role TEXT NOT NULL, open INTEGER NOT NULL, since TEXT NOT NULL, organisation TEXT NOT NULL);
