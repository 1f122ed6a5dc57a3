-- Who took which file out of the room, under which mark.
CREATE TABLE taken (mark TEXT PRIMARY KEY, at TEXT NOT NULL, by TEXT NOT NULL, what TEXT NOT NULL);
