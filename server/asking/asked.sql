-- What queries need to be quick, in memory only: kept behind all sections that add columns to the cards.
ALTER TABLE cards ADD COLUMN area TEXT AS (ifnull(json_extract(place, '$.code'), province)) VIRTUAL; -- the finest place that is known
ALTER TABLE cards ADD COLUMN pictured INTEGER AS (photos != '{}') VIRTUAL;
-- All that a query may ask for without looking at the cards themselves, of which it would read 100,000 for each count:
-- by kind, since most queries are of incidents and what is to be sorted alone; and of all.
CREATE INDEX cards_of_kind ON cards (
  kind, at, row, restricted, standing, backed, stands, copy, status, category, sub, second, severity, number,
  province, area, organisation, channel, pictured, awaiting, proposed_by, basis,
  assigned, holder, held_until, look_due, look_met, call_due, call_met, lat, lon
);
CREATE INDEX cards_asked ON cards (
  at, row, kind, restricted, standing, backed, stands, copy, status, category, sub, second, severity, number,
  province, area, organisation, channel, pictured, awaiting, proposed_by, basis,
  assigned, holder, held_until, look_due, look_met, call_due, call_met, lat, lon
);
CREATE INDEX cards_number ON cards (number) WHERE number IS NOT NULL;
CREATE VIRTUAL TABLE word_terms USING fts5vocab (words, row);
