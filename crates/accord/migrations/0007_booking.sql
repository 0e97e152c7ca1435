-- Bookings and their batches. Owner: booking.

-- Bookings of a batch count against capacity at once and are seen by nobody until it is live.
CREATE TABLE booking_batch (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'live', 'undone')),
  created_us BIGINT NOT NULL,
  settled_us BIGINT,
  PRIMARY KEY (partnership_id, id)
);

CREATE TABLE booking (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  reference TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  appointment BIGINT NOT NULL,
  slot_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  product_id TEXT NOT NULL,
  host_id TEXT NOT NULL,
  employer_id TEXT NOT NULL,
  team_id TEXT,
  on_shift BIGINT NOT NULL CHECK (on_shift IN (0, 1)),
  agreement_id TEXT NOT NULL,
  agreement_version BIGINT NOT NULL,
  allocation_id TEXT NOT NULL,
  date TEXT NOT NULL,
  starts_us BIGINT NOT NULL,
  ends_us BIGINT NOT NULL,
  travel_minutes BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('assigned', 'confirmed', 'cancelled', 'rebooked')),
  live BIGINT NOT NULL CHECK (live IN (0, 1)),
  reason TEXT,
  batch_id TEXT,
  version BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  changed_us BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, id),
  CONSTRAINT booking_live_state CHECK ((live = 1) = (state IN ('assigned', 'confirmed'))),
  CONSTRAINT booking_slot FOREIGN KEY (partnership_id, slot_id) REFERENCES slot (partnership_id, id),
  CONSTRAINT booking_person FOREIGN KEY (partnership_id, person_id) REFERENCES person (partnership_id, id)
);
-- One live booking of one appointment of one campaign for one person. Nothing else forbids it, nothing else needs to.
CREATE UNIQUE INDEX booking_person_appointment_key ON booking (partnership_id, person_id, campaign_id, appointment) WHERE live = 1;
CREATE UNIQUE INDEX booking_reference_key ON booking (partnership_id, reference);
CREATE INDEX booking_by_slot ON booking (partnership_id, slot_id) WHERE live = 1;
CREATE INDEX booking_by_site ON booking (partnership_id, site_id, date) WHERE live = 1;
