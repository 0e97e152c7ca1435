-- Waiting list, standby list, given elsewhere. Owner: booking.

-- What a place is held for: a look of some minutes, or a timed offer of the waiting list. Counters see no difference.
ALTER TABLE hold ADD COLUMN purpose TEXT NOT NULL DEFAULT 'look' CHECK (purpose IN ('look', 'offer'));

-- One row a campaign that has a waiting list: whoever changes the list or offers from it takes this row first, and its
-- instant never stands still, so that the order in which things happened can be read from the rows.
CREATE TABLE waiting_turn (
  partnership_id TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, campaign_id)
);

-- Who waits for a place that comes free. Never deleted: who stood where at an instant can be worked out later.
-- Order: priority, since_us, lot. The lot is drawn from the seed and the person's id.
CREATE TABLE waiting (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  priority BIGINT NOT NULL,
  since_us BIGINT NOT NULL,
  seed TEXT NOT NULL,
  lot TEXT NOT NULL,
  half_days BIGINT NOT NULL CHECK (half_days BETWEEN 1 AND 16383),
  minutes_max BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('in_line', 'offered', 'placed', 'silent', 'left', 'settled')),
  silences BIGINT NOT NULL,
  tried_mark TEXT,
  tried_code TEXT,
  tried_us BIGINT,
  closed_us BIGINT,
  PRIMARY KEY (partnership_id, id),
  CONSTRAINT waiting_closed CHECK ((closed_us IS NULL) = (state IN ('in_line', 'offered')))
);
CREATE UNIQUE INDEX waiting_person_key ON waiting (partnership_id, campaign_id, person_id) WHERE closed_us IS NULL;

-- Every timed offer: what was offered until when, who stood before and why each was passed over, and the answer.
CREATE TABLE waiting_offer (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  waiting_id TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  picks TEXT NOT NULL,
  passed TEXT NOT NULL,
  made_us BIGINT NOT NULL,
  until_us BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'lapsed', 'gone')),
  settled_us BIGINT,
  PRIMARY KEY (partnership_id, id),
  CONSTRAINT waiting_offer_settled CHECK ((settled_us IS NULL) = (state = 'open'))
);
CREATE UNIQUE INDEX waiting_offer_open_key ON waiting_offer (partnership_id, waiting_id) WHERE settled_us IS NULL;
CREATE INDEX waiting_offer_by_campaign ON waiting_offer (partnership_id, campaign_id, made_us);

-- Who comes at short notice for a dose that is left.
CREATE TABLE standby (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  half_days BIGINT NOT NULL CHECK (half_days BETWEEN 1 AND 16383),
  minutes_max BIGINT NOT NULL,
  asked BIGINT NOT NULL,
  since_us BIGINT NOT NULL,
  closed_us BIGINT,
  PRIMARY KEY (partnership_id, id)
);
CREATE UNIQUE INDEX standby_person_key ON standby (partnership_id, campaign_id, person_id) WHERE closed_us IS NULL;

-- Doses left at a clinic. The slot has as many places as were accepted: nobody else can book it.
CREATE TABLE standby_draw (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  product_id TEXT NOT NULL,
  slot_id TEXT NOT NULL,
  date TEXT NOT NULL,
  starts_us BIGINT NOT NULL,
  places BIGINT NOT NULL,
  taken BIGINT NOT NULL,
  seed TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'filled', 'over')),
  opened_us BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, id),
  CONSTRAINT standby_draw_places CHECK (taken >= 0 AND taken <= places)
);
CREATE INDEX standby_draw_by_day ON standby_draw (partnership_id, site_id, date);

-- Everybody who was in a draw, in its order; who was asked, and what they said. `code` says why somebody was passed over.
CREATE TABLE standby_ask (
  partnership_id TEXT NOT NULL,
  draw_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  place BIGINT NOT NULL,
  asked_before BIGINT NOT NULL,
  lot TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('in_line', 'passed', 'asked', 'accepted', 'declined', 'gone', 'silent')),
  code TEXT,
  asked_us BIGINT,
  answered_us BIGINT,
  booking_id TEXT,
  PRIMARY KEY (partnership_id, draw_id, person_id)
);
CREATE INDEX standby_ask_by_person ON standby_ask (partnership_id, person_id, state);

-- A file that says who had it elsewhere.
CREATE TABLE elsewhere_file (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  file_name TEXT NOT NULL,
  file_hash TEXT NOT NULL,
  faults BIGINT NOT NULL,
  known BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('review', 'taken', 'discarded')),
  came_us BIGINT NOT NULL,
  settled_us BIGINT,
  PRIMARY KEY (partnership_id, id)
);

-- Somebody had it elsewhere, as an employer or a file says. Health data: for the campaign lead, never for an employer.
-- An unclear one has an owner and a date, and closes nothing before it is decided.
CREATE TABLE elsewhere (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  file_id TEXT,
  row_number BIGINT,
  employer_id TEXT,
  row_key TEXT NOT NULL,
  said TEXT NOT NULL,
  had_on TEXT NOT NULL,
  product TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('certain', 'unclear', 'nobody')),
  candidates TEXT NOT NULL,
  person_id TEXT,
  state TEXT NOT NULL CHECK (state IN ('review', 'open', 'closed', 'nothing_to_do', 'set_aside')),
  owner_role TEXT NOT NULL,
  next_on TEXT,
  came_us BIGINT NOT NULL,
  settled_us BIGINT,
  PRIMARY KEY (partnership_id, id),
  CONSTRAINT elsewhere_next CHECK ((state = 'open') = (next_on IS NOT NULL))
);
CREATE UNIQUE INDEX elsewhere_row_key ON elsewhere (partnership_id, campaign_id, row_key);
CREATE INDEX elsewhere_by_state ON elsewhere (partnership_id, state);
