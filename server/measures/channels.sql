-- Gateways as the record knows them, in memory only. How many texts are where stands among the tallies.
CREATE TABLE signals (
  gateway TEXT NOT NULL,
  device TEXT NOT NULL,             -- keyed alias of the phone
  what TEXT NOT NULL,               -- power_lost, power_back, battery_low, battery_ok, limit
  battery INTEGER NOT NULL,
  at TEXT NOT NULL
);
CREATE INDEX cards_gateway ON cards (gateway, at) WHERE NOT restricted;
CREATE TRIGGER counting_text AFTER INSERT ON texts WHEN NEW.why != 'page' BEGIN -- their number tells of danger
  INSERT INTO tallies VALUES ('text', 'open', NEW.gateway, NEW.status, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER counting_text_again AFTER UPDATE OF gateway, status ON texts WHEN NEW.why != 'page' BEGIN
  INSERT INTO tallies VALUES ('text', 'open', OLD.gateway, OLD.status, -1) ON CONFLICT DO UPDATE SET n = n - 1;
  INSERT INTO tallies VALUES ('text', 'open', NEW.gateway, NEW.status, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
