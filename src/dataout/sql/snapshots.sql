-- vouch: a snapshot of what is in here now is about to be written
INSERT INTO snapshots VALUES ($token);

-- vouched: the snapshots that hold good
SELECT token FROM snapshots;

-- vouch_for_nothing_but: a snapshot took the place of all others
DELETE FROM snapshots WHERE token <> $token;

-- vouch_for_nothing: no snapshot holds good any more
DELETE FROM snapshots;
