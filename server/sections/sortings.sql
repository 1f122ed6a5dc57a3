CREATE TABLE decided (card TEXT PRIMARY KEY); -- a person said what it is: no reader changes that
