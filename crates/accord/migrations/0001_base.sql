-- What every noun needs and none owns. Owner: base.

CREATE TABLE audit (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  organisation_id TEXT,
  actor_role TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  verb TEXT NOT NULL,
  noun TEXT NOT NULL,
  noun_id TEXT NOT NULL,
  detail TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  wall_us BIGINT NOT NULL,
  chain_seq BIGINT,
  chain_hash TEXT,
  PRIMARY KEY (partnership_id, id)
);
CREATE UNIQUE INDEX audit_chain_key ON audit (partnership_id, organisation_id, chain_seq) WHERE chain_seq IS NOT NULL;
CREATE INDEX audit_unsealed ON audit (partnership_id, id) WHERE chain_seq IS NULL;

CREATE TABLE event (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  noun_id TEXT NOT NULL,
  payload TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, id)
);

-- One row a request that changes something: the same key and body get the same answer again.
CREATE TABLE idempotency (
  partnership_id TEXT NOT NULL,
  key TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  answer TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  expires_us BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, key, actor_id)
);
