-- Plans and their proofs. Owner: plan.

-- placed, value, bound and most_people are the proof's. done_through is the last person whose course publishing has
-- dealt with, in the order of ids: it is where an interrupted publishing goes on. refused counts whom booking said no to.
CREATE TABLE plan (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposal', 'publishing', 'published', 'abandoned')),
  problem_hash TEXT NOT NULL,
  people BIGINT NOT NULL,
  placed BIGINT NOT NULL,
  value BIGINT NOT NULL,
  bound BIGINT NOT NULL,
  most_people BIGINT NOT NULL,
  assumed_rota BIGINT NOT NULL,
  assumed_address BIGINT NOT NULL,
  batch_id TEXT,
  done_through TEXT,
  refused BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  published_us BIGINT,
  PRIMARY KEY (partnership_id, id)
);
CREATE UNIQUE INDEX plan_number_key ON plan (partnership_id, campaign_id, number);

-- What a plan gives: a person has all of it or stands in plan_unplaced, never both.
CREATE TABLE plan_pick (
  partnership_id TEXT NOT NULL,
  plan_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  appointment BIGINT NOT NULL,
  slot_id TEXT NOT NULL,
  PRIMARY KEY (partnership_id, plan_id, person_id, appointment)
);

CREATE TABLE plan_unplaced (
  partnership_id TEXT NOT NULL,
  plan_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  sentence TEXT NOT NULL,
  PRIMARY KEY (partnership_id, plan_id, person_id)
);

-- Problem, plan and proof as files: whoever may hold them can check the plan without us.
CREATE TABLE plan_file (
  partnership_id TEXT NOT NULL,
  plan_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('problem', 'plan', 'proof')),
  bytes BYTEA NOT NULL,
  PRIMARY KEY (partnership_id, plan_id, kind)
);
