-- People, their employments and teams; the lists they came in; what is unclear. Owner: cohort.

-- birth_checked: a person decided the date of birth; no list changes it any more.
CREATE TABLE person (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  nhs_number TEXT,
  given_name TEXT NOT NULL,
  family_name TEXT NOT NULL,
  preferred_name TEXT,
  name_key TEXT NOT NULL,
  date_of_birth TEXT,
  home_postcode TEXT,
  email TEXT,
  mobile TEXT,
  language TEXT NOT NULL,
  access_needs BIGINT NOT NULL,
  birth_checked BIGINT NOT NULL CHECK (birth_checked IN (0, 1)),
  state TEXT NOT NULL CHECK (state IN ('active', 'merged')),
  merged_into TEXT,
  version BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, id)
);
CREATE UNIQUE INDEX person_nhs_number_key ON person (partnership_id, nhs_number) WHERE nhs_number IS NOT NULL AND state = 'active';
CREATE INDEX person_by_name ON person (partnership_id, name_key, date_of_birth);
CREATE INDEX person_by_birth ON person (partnership_id, date_of_birth, home_postcode);

CREATE TABLE team (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  employer_id TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (partnership_id, id)
);
CREATE UNIQUE INDEX team_name_key ON team (partnership_id, employer_id, name);

CREATE TABLE employment (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  employer_id TEXT NOT NULL,
  staff_number TEXT NOT NULL,
  team_id TEXT,
  job_title TEXT,
  staff_group TEXT,
  contract TEXT,
  work_postcode TEXT,
  rota TEXT,
  leave_dates TEXT,
  priority_group BIGINT NOT NULL,
  is_primary BIGINT NOT NULL CHECK (is_primary IN (0, 1)),
  state TEXT NOT NULL CHECK (state IN ('current', 'not_seen', 'left')),
  version BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, id)
);
CREATE UNIQUE INDEX employment_staff_number_key ON employment (partnership_id, employer_id, staff_number);
CREATE INDEX employment_by_person ON employment (partnership_id, person_id);
CREATE INDEX employment_by_team ON employment (partnership_id, team_id);

-- Imports of a partnership are committed one after another: matching reads everybody. A commit takes the turn first.
CREATE TABLE cohort_turn (
  partnership_id TEXT NOT NULL,
  turn BIGINT NOT NULL,
  PRIMARY KEY (partnership_id)
);

-- How an employer's columns were understood last time.
CREATE TABLE employer_mapping (
  partnership_id TEXT NOT NULL,
  employer_id TEXT NOT NULL,
  mapping TEXT NOT NULL,
  saved_us BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, employer_id)
);

CREATE TABLE import (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  employer_id TEXT NOT NULL,
  file_name TEXT NOT NULL,
  file_hash TEXT NOT NULL,
  dialect TEXT NOT NULL,
  mapping TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('review', 'committed', 'abandoned')),
  change_hash TEXT NOT NULL,
  as_of TEXT NOT NULL,
  rows_read BIGINT NOT NULL,
  people_added BIGINT NOT NULL,
  people_changed BIGINT NOT NULL,
  people_same BIGINT NOT NULL,
  second_jobs BIGINT NOT NULL,
  leavers BIGINT NOT NULL,
  not_seen BIGINT NOT NULL,
  unclear BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  committed_us BIGINT,
  PRIMARY KEY (partnership_id, id)
);
CREATE UNIQUE INDEX import_one_review_key ON import (partnership_id, employer_id, state) WHERE state = 'review';
CREATE INDEX import_by_hash ON import (partnership_id, employer_id, file_hash);

-- The file itself, only while it waits for review.
CREATE TABLE import_upload (
  partnership_id TEXT NOT NULL,
  import_id TEXT NOT NULL,
  bytes BYTEA NOT NULL,
  PRIMARY KEY (partnership_id, import_id)
);

CREATE TABLE import_fault (
  partnership_id TEXT NOT NULL,
  import_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  sheet BIGINT NOT NULL,
  row_number BIGINT NOT NULL,
  column_name TEXT NOT NULL,
  code TEXT NOT NULL,
  seen TEXT NOT NULL,
  wanted TEXT NOT NULL,
  severity TEXT NOT NULL,
  PRIMARY KEY (partnership_id, import_id, seq)
);

-- Where each row of a file went: to a person, to the worklist, or to nothing with a reason.
CREATE TABLE import_row (
  partnership_id TEXT NOT NULL,
  import_id TEXT NOT NULL,
  sheet BIGINT NOT NULL,
  row_number BIGINT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('added', 'changed', 'same', 'second_employment', 'second_assignment', 'leaver', 'unclear', 'skipped')),
  person_id TEXT,
  worklist_item_id TEXT,
  reason TEXT,
  PRIMARY KEY (partnership_id, import_id, sheet, row_number)
);
CREATE INDEX import_row_by_person ON import_row (partnership_id, person_id);

CREATE TABLE worklist_item (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('possible_duplicate', 'no_date_of_birth', 'row_unreadable', 'nhs_number_clash', 'not_seen')),
  employer_id TEXT NOT NULL,
  person_id TEXT,
  other_person_id TEXT,
  import_id TEXT,
  row_number BIGINT,
  row_key TEXT,
  summary TEXT NOT NULL,
  owner_role TEXT NOT NULL,
  owner_organisation_id TEXT NOT NULL,
  due_on TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'done')),
  outcome TEXT,
  done_by TEXT,
  created_us BIGINT NOT NULL,
  done_us BIGINT,
  PRIMARY KEY (partnership_id, id)
);
-- row_key: what an unreadable row holds, hashed, so that the same row sent again is the same item.
CREATE INDEX worklist_item_open ON worklist_item (partnership_id, state, employer_id);
CREATE INDEX worklist_item_by_person ON worklist_item (partnership_id, person_id);
CREATE INDEX worklist_item_by_other ON worklist_item (partnership_id, other_person_id);
