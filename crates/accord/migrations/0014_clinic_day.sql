-- What a clinic's day needs beside its appointments: kinds of session, what was taken down, the printed list. Owner: booking.

-- A drop-in or roving session has one slot, as long as itself, which only walk-ins take. place: where a roving team goes.
ALTER TABLE session ADD COLUMN kind TEXT NOT NULL DEFAULT 'booked';
ALTER TABLE session ADD COLUMN place TEXT NOT NULL DEFAULT '';

-- Something a clinic says happened that could not be noted on a booking as it was said: of somebody on no list, or on paper
-- and at odds with what changed meanwhile. Never deleted. counted: the dose counts against the stock of its day by this row,
-- until a booking has it. Health data: for the clinic and the lead, never for an employer.
CREATE TABLE day_entry (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  date TEXT NOT NULL,
  booking_id TEXT,
  person_id TEXT,
  name TEXT NOT NULL,
  born TEXT,
  employer TEXT NOT NULL,
  employer_id TEXT,
  employer_says TEXT CHECK (employer_says IN ('on_next_list', 'not_ours')),
  product_id TEXT,
  said TEXT NOT NULL CHECK (said IN ('given', 'not_given', 'did_not_attend')),
  batch TEXT,
  reason TEXT,
  at_us BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'applied', 'set_aside')),
  code TEXT NOT NULL,
  counted BIGINT NOT NULL CHECK (counted IN (0, 1)),
  became_id TEXT,
  owner_role TEXT NOT NULL,
  due_on TEXT NOT NULL,
  noted_us BIGINT NOT NULL,
  noted_by TEXT NOT NULL,
  decided_us BIGINT,
  decided_by TEXT,
  PRIMARY KEY (partnership_id, id),
  CONSTRAINT day_entry_given CHECK ((batch IS NOT NULL) = (said = 'given')),
  CONSTRAINT day_entry_counted CHECK (counted = 0 OR (said = 'given' AND product_id IS NOT NULL)),
  CONSTRAINT day_entry_decided CHECK ((state = 'waiting') = (decided_us IS NULL))
);
CREATE INDEX day_entry_by_site ON day_entry (partnership_id, site_id, date);
CREATE INDEX day_entry_waiting ON day_entry (partnership_id, state, employer_id);

-- A day's list as it was printed, so that what comes back on paper is entered against what the paper said.
CREATE TABLE day_pack (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  date TEXT NOT NULL,
  made_us BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, id)
);
CREATE INDEX day_pack_by_site ON day_pack (partnership_id, site_id, date, made_us);
CREATE TABLE day_pack_row (
  partnership_id TEXT NOT NULL,
  pack_id TEXT NOT NULL,
  booking_id TEXT NOT NULL,
  booking_version BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, pack_id, booking_id)
);

-- Which words open a site's packs: they are made from the key beside the store and this number, so no copy of the store
-- has them. shown_us: when somebody was shown them.
CREATE TABLE day_pack_words (
  partnership_id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  generation BIGINT NOT NULL,
  shown_us BIGINT,
  PRIMARY KEY (partnership_id, site_id)
);
