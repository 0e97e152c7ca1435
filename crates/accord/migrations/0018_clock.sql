-- What time it is, as a server of this store last said it: of several, one moves over a jump of the clock. Owner: base.

CREATE TABLE clock_seen (
  partnership_id TEXT NOT NULL,
  seen_us BIGINT NOT NULL,
  PRIMARY KEY (partnership_id)
);
