-- How a session's places are given out, allocations with a release, changes of many sessions at once. Owner: booking.

-- honours: closed for new bookings, while those made are seen. A session is laid out for the smaller of vaccinators and
-- rooms, without its breaks ("720-750 900-915", minutes after midnight), for no more people than people_max in all.
ALTER TABLE session ADD COLUMN honours BIGINT NOT NULL DEFAULT 0 CHECK (honours IN (0, 1));
ALTER TABLE session ADD COLUMN vaccinators BIGINT;
ALTER TABLE session ADD COLUMN rooms BIGINT;
ALTER TABLE session ADD COLUMN people_max BIGINT;
ALTER TABLE session ADD COLUMN breaks TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN kept_walk_in BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN kept_assisted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN assisted_hours BIGINT NOT NULL DEFAULT 24;

-- What a slot keeps for whom; the slot says it itself, so that one statement can take a place or refuse it.
ALTER TABLE slot ADD COLUMN takes_new BIGINT NOT NULL DEFAULT 1 CHECK (takes_new IN (0, 1));
ALTER TABLE slot ADD COLUMN kept_walk_in BIGINT NOT NULL DEFAULT 0;
ALTER TABLE slot ADD COLUMN kept_assisted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE slot ADD COLUMN assisted_until_us BIGINT NOT NULL DEFAULT 0;

-- From when on what an employer has not used is for the others of the agreement.
ALTER TABLE allocation ADD COLUMN release_us BIGINT;

-- A change of sessions: previewed, then worked off a few people at a time. undoes: the change it takes back.
-- settings: what is changed, as JSON. told_us: since when messages of it have been released.
CREATE TABLE capacity_change (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('close', 'stop_new', 'open', 'edit', 'undo')),
  choice TEXT NOT NULL CHECK (choice IN ('move', 'honour', 'cancel')),
  settings TEXT NOT NULL,
  reason TEXT NOT NULL,
  lead_name TEXT NOT NULL,
  undoes TEXT,
  state TEXT NOT NULL CHECK (state IN ('preview', 'under_way', 'done', 'undone', 'abandoned')),
  created_us BIGINT NOT NULL,
  committed_us BIGINT,
  settled_us BIGINT,
  told_us BIGINT,
  PRIMARY KEY (partnership_id, id)
);
CREATE INDEX capacity_change_by_state ON capacity_change (partnership_id, state);

-- before and after are a session's settings as JSON; version is the one looked at, left_version the one the change left.
CREATE TABLE capacity_change_session (
  partnership_id TEXT NOT NULL,
  change_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  before_settings TEXT NOT NULL,
  after_settings TEXT NOT NULL,
  left_version BIGINT,
  PRIMARY KEY (partnership_id, change_id, session_id)
);
CREATE INDEX capacity_change_session_by_session ON capacity_change_session (partnership_id, session_id);

-- before_places: as JSON, what undoing puts back. is_new: the change makes this slot.
CREATE TABLE capacity_change_slot (
  partnership_id TEXT NOT NULL,
  change_id TEXT NOT NULL,
  slot_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  start_minute BIGINT NOT NULL,
  is_new BIGINT NOT NULL CHECK (is_new IN (0, 1)),
  before_places TEXT NOT NULL,
  after_places TEXT NOT NULL,
  PRIMARY KEY (partnership_id, change_id, slot_id)
);

-- One row a booking that the change meets. planned is what the preview said, outcome what became of it.
CREATE TABLE capacity_change_booking (
  partnership_id TEXT NOT NULL,
  change_id TEXT NOT NULL,
  booking_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  person_id TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  appointment BIGINT NOT NULL,
  version BIGINT NOT NULL,
  was TEXT NOT NULL CHECK (was IN ('assigned', 'confirmed')),
  along BIGINT NOT NULL CHECK (along IN (0, 1)),
  planned TEXT NOT NULL CHECK (planned IN ('move', 'cancel', 'honour', 'restore')),
  why TEXT,
  to_slot TEXT,
  outcome TEXT CHECK (outcome IN ('moved', 'cancelled', 'honoured', 'restored', 'left_out')),
  anew BIGINT NOT NULL CHECK (anew IN (0, 1)),
  tries BIGINT NOT NULL,
  new_booking_id TEXT,
  new_version BIGINT,
  PRIMARY KEY (partnership_id, change_id, booking_id)
);
CREATE INDEX capacity_change_booking_todo ON capacity_change_booking (partnership_id, change_id, outcome, seq);
CREATE INDEX capacity_change_booking_by_person ON capacity_change_booking (partnership_id, change_id, person_id);
