-- A campaign's rules as data; everyone's offer; how many of a team may be away. Owner: campaign.

CREATE TABLE campaign (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  programme TEXT NOT NULL,
  purpose TEXT NOT NULL,
  starts_on TEXT NOT NULL,
  ends_on TEXT NOT NULL,
  age_min BIGINT NOT NULL,
  cover_percent BIGINT NOT NULL CHECK (cover_percent BETWEEN 1 AND 100),
  travel_minutes_max BIGINT NOT NULL,
  silence TEXT NOT NULL CHECK (silence IN ('keep', 'release')),
  state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  PRIMARY KEY (partnership_id, id),
  CONSTRAINT campaign_dates CHECK (starts_on <= ends_on)
);

CREATE TABLE campaign_appointment (
  partnership_id TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  name TEXT NOT NULL,
  first_on TEXT NOT NULL,
  last_on TEXT NOT NULL,
  PRIMARY KEY (partnership_id, campaign_id, number)
);

CREATE TABLE campaign_product (
  partnership_id TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  product_id TEXT NOT NULL,
  interval_min BIGINT NOT NULL,
  interval_max BIGINT NOT NULL,
  interval_ideal BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, campaign_id, product_id)
);

CREATE TABLE campaign_group (
  partnership_id TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  name TEXT NOT NULL,
  wait_cost BIGINT NOT NULL,
  unplaced_cost BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, campaign_id, number)
);

-- One row a campaign and person: where they stand, who owns it, when it is looked at next.
CREATE TABLE offer (
  partnership_id TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  employer_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'unclear', 'unplaced', 'assigned', 'confirmed', 'declined', 'had_elsewhere', 'completed', 'left')),
  reason TEXT,
  owner_role TEXT NOT NULL,
  owner_organisation_id TEXT NOT NULL,
  next_on TEXT,
  evidence TEXT,
  version BIGINT NOT NULL,
  changed_us BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, campaign_id, person_id),
  CONSTRAINT offer_next CHECK (next_on IS NOT NULL OR evidence IS NOT NULL)
);
CREATE INDEX offer_by_state ON offer (partnership_id, campaign_id, state, employer_id);

-- Half-person units: an appointment in working time takes two.
CREATE TABLE team_day (
  partnership_id TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  team_id TEXT NOT NULL,
  date TEXT NOT NULL,
  on_shift BIGINT NOT NULL,
  capacity BIGINT NOT NULL,
  taken BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, campaign_id, team_id, date),
  CONSTRAINT team_day_cover CHECK (taken >= 0 AND taken <= capacity)
);
