CREATE INDEX cards_alike ON cards (alike_of);
