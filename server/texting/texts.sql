-- The texts that we send, and the orders for many of them, in memory only.
CREATE TABLE texts (
  id TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  why TEXT NOT NULL,
  of TEXT NOT NULL,                  -- the order; "" for a single text
  gateway TEXT NOT NULL,
  segments INTEGER NOT NULL,
  rehearsal INTEGER NOT NULL,
  fact TEXT NOT NULL,                -- where it was asked for
  at TEXT NOT NULL,
  status TEXT NOT NULL,              -- asked, sent, delivered, failed
  reason TEXT NOT NULL DEFAULT '',   -- of failed
  handle TEXT NOT NULL DEFAULT '',
  sealed TEXT NOT NULL               -- while it is asked
);
CREATE INDEX texts_of ON texts (of, status);
CREATE INDEX texts_pages ON texts (source, at) WHERE why = 'page';
CREATE INDEX texts_open ON texts (status) WHERE status = 'asked';
CREATE INDEX texts_handle ON texts (handle) WHERE handle != '';
CREATE TABLE receipts (handle TEXT PRIMARY KEY, status TEXT NOT NULL, reason TEXT NOT NULL); -- of texts not known yet
CREATE TABLE orders (
  id TEXT PRIMARY KEY,
  why TEXT NOT NULL,
  state TEXT NOT NULL,               -- drafted, approved, cancelled
  people INTEGER NOT NULL,
  segments INTEGER NOT NULL,
  author TEXT NOT NULL,
  drafted TEXT NOT NULL,
  approver TEXT NOT NULL DEFAULT '',
  approved TEXT NOT NULL DEFAULT '',
  sealed TEXT NOT NULL,
  told TEXT NOT NULL,                -- JSON: what stands sealed, less to whom
  version INTEGER NOT NULL
);
