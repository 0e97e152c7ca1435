-- The booking operator: a role, whom they opened and why, how often they search. Keys of programs end. Notice limits of a
-- campaign. What a search and the forgetting of old answers need. Owner: access.

-- A role more. A column takes its check with it, so each is made anew and filled from the old one; every row names its role.
ALTER TABLE sign_in_link RENAME COLUMN role TO role_before;
ALTER TABLE sign_in_link ADD COLUMN role TEXT NOT NULL DEFAULT 'clinic_team'
  CHECK (role IN ('campaign_lead', 'employer_contact', 'clinic_team', 'booking_operator'));
UPDATE sign_in_link SET role = role_before;
ALTER TABLE sign_in_link DROP COLUMN role_before;
ALTER TABLE sign_in RENAME COLUMN role TO role_before;
ALTER TABLE sign_in ADD COLUMN role TEXT NOT NULL DEFAULT 'person'
  CHECK (role IN ('campaign_lead', 'employer_contact', 'clinic_team', 'booking_operator', 'person'));
UPDATE sign_in SET role = role_before;
ALTER TABLE sign_in DROP COLUMN role_before;

-- Whom an operator has open, and why: a page about a person shows itself only to who said what for. The audit keeps it for good.
CREATE TABLE look (
  partnership_id TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, actor_id, person_id)
);
CREATE INDEX look_by_age ON look (partnership_id, at_us);

-- Searches of one actor since a minute began.
CREATE TABLE search_use (
  partnership_id TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  began_us BIGINT NOT NULL,
  used BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, actor_id)
);
CREATE INDEX search_use_by_age ON search_use (partnership_id, began_us);

-- Keys made before this step end a year after they were made.
ALTER TABLE api_key ADD COLUMN expires_us BIGINT NOT NULL DEFAULT 0;
UPDATE api_key SET expires_us = created_us + 31536000000000;

-- Minutes before an appointment until which people book, change and cancel it themselves.
ALTER TABLE campaign ADD COLUMN book_notice BIGINT NOT NULL DEFAULT 0;
ALTER TABLE campaign ADD COLUMN change_notice BIGINT NOT NULL DEFAULT 0;
ALTER TABLE campaign ADD COLUMN cancel_notice BIGINT NOT NULL DEFAULT 0;

CREATE INDEX person_by_birth ON person (partnership_id, date_of_birth);
CREATE INDEX idempotency_by_expiry ON idempotency (partnership_id, expires_us);
