-- Keys of programs that call the API: only hashes, for one role each, open until revoked. Owner: access.

CREATE TABLE api_key (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  key_hash TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('booking_operator', 'campaign_lead')),
  created_us BIGINT NOT NULL,
  revoked_us BIGINT,
  PRIMARY KEY (partnership_id, id)
);
CREATE UNIQUE INDEX api_key_hash_key ON api_key (key_hash);
