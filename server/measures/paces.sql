-- How long an incident took, in memory only: seconds from the arrival of its report, NULL until the step is taken.
ALTER TABLE cards ADD COLUMN looked INTEGER;   -- somebody looked at it first
ALTER TABLE cards ADD COLUMN called INTEGER;   -- a call back was tried first
ALTER TABLE cards ADD COLUMN checked INTEGER;  -- the first step of verification was taken
ALTER TABLE cards ADD COLUMN settled INTEGER;  -- it got its verdict; NULL again when that is taken back
