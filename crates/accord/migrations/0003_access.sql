-- Who may come in: one-time links, sign-ins, people's codes. Only hashes. Owner: access.

CREATE TABLE sign_in_link (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('campaign_lead', 'employer_contact', 'clinic_team')),
  organisation_id TEXT,
  site_id TEXT,
  created_us BIGINT NOT NULL,
  expires_us BIGINT NOT NULL,
  used_us BIGINT,
  PRIMARY KEY (partnership_id, id)
);
CREATE UNIQUE INDEX sign_in_link_token_key ON sign_in_link (token_hash);

CREATE TABLE sign_in (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('campaign_lead', 'employer_contact', 'clinic_team', 'person')),
  organisation_id TEXT,
  site_id TEXT,
  person_id TEXT,
  created_us BIGINT NOT NULL,
  seen_us BIGINT NOT NULL,
  ended_us BIGINT,
  PRIMARY KEY (partnership_id, id)
);
CREATE UNIQUE INDEX sign_in_token_key ON sign_in (token_hash);

CREATE TABLE person_code (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  wrong_dates BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  revoked_us BIGINT,
  PRIMARY KEY (partnership_id, id)
);
CREATE UNIQUE INDEX person_code_hash_key ON person_code (code_hash);
CREATE INDEX person_code_by_person ON person_code (partnership_id, person_id);
