-- Partnership, organisations, agreements, allocations, ledger. Owner: partnership.

CREATE TABLE partnership (
  partnership_id TEXT NOT NULL,
  name TEXT NOT NULL,
  goal TEXT NOT NULL,
  demo BIGINT NOT NULL CHECK (demo IN (0, 1)),
  created_us BIGINT NOT NULL,
  PRIMARY KEY (partnership_id)
);

CREATE TABLE organisation (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  postcode TEXT,
  is_employer BIGINT NOT NULL CHECK (is_employer IN (0, 1)),
  is_host BIGINT NOT NULL CHECK (is_host IN (0, 1)),
  declared_headcount BIGINT,
  contact_name TEXT NOT NULL,
  contact_role TEXT NOT NULL,
  admitted_us BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, id)
);
CREATE UNIQUE INDEX organisation_code_key ON organisation (partnership_id, code);

-- A version is never changed but for its end; the newest has superseded = 0.
CREATE TABLE agreement (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('capacity', 'data', 'workforce', 'mutual_aid', 'pooled_fund')),
  title TEXT NOT NULL,
  host_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  from_date TEXT NOT NULL,
  until_date TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'in_force', 'suspended', 'ended')),
  at_end TEXT NOT NULL CHECK (at_end IN ('honour', 'move', 'cancel')),
  signed_by TEXT NOT NULL,
  signed_us BIGINT NOT NULL,
  superseded BIGINT NOT NULL CHECK (superseded IN (0, 1)),
  PRIMARY KEY (partnership_id, id, version),
  CONSTRAINT agreement_dates CHECK (from_date <= until_date)
);
CREATE UNIQUE INDEX agreement_current_key ON agreement (partnership_id, id, superseded) WHERE superseded = 0;

CREATE TABLE agreement_site (
  partnership_id TEXT NOT NULL,
  agreement_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  site_id TEXT NOT NULL,
  PRIMARY KEY (partnership_id, agreement_id, version, site_id)
);

-- How much of a host's capacity an employer may use, at one site or at all of the agreement's. No capacity
-- means no limit; taken counts live bookings. Belongs to the agreement, not to one version of it.
CREATE TABLE allocation (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  agreement_id TEXT NOT NULL,
  host_id TEXT NOT NULL,
  employer_id TEXT NOT NULL,
  site_id TEXT,
  capacity BIGINT,
  taken BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, id),
  CONSTRAINT allocation_capacity CHECK (taken >= 0 AND (capacity IS NULL OR taken <= capacity))
);
CREATE UNIQUE INDEX allocation_employer_key ON allocation (partnership_id, agreement_id, employer_id) WHERE site_id IS NULL;
CREATE UNIQUE INDEX allocation_employer_site_key ON allocation (partnership_id, agreement_id, employer_id, site_id) WHERE site_id IS NOT NULL;
CREATE INDEX allocation_by_employer ON allocation (partnership_id, employer_id);

-- Appended to, never changed but for its seal. +1 used, -1 given back.
CREATE TABLE ledger (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  host_id TEXT NOT NULL,
  employer_id TEXT NOT NULL,
  agreement_id TEXT NOT NULL,
  agreement_version BIGINT NOT NULL,
  booking_id TEXT NOT NULL,
  units BIGINT NOT NULL CHECK (units IN (1, -1)),
  at_us BIGINT NOT NULL,
  chain_seq BIGINT,
  chain_hash TEXT,
  PRIMARY KEY (partnership_id, id)
);
CREATE UNIQUE INDEX ledger_chain_key ON ledger (partnership_id, host_id, chain_seq) WHERE chain_seq IS NOT NULL;
CREATE INDEX ledger_unsealed ON ledger (partnership_id, id) WHERE chain_seq IS NULL;
