-- Held places. Owner: booking.

-- A place kept for a person for some minutes, counted like a booking. It goes when it is taken, let go or swept away.
-- The unit of the team-day, or of the allocation, is not taken again where the booking has it that would be replaced:
-- team_covered, allocation_covered. The hold then ends no later than that booking.
CREATE TABLE hold (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  appointment BIGINT NOT NULL,
  slot_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  product_id TEXT NOT NULL,
  host_id TEXT NOT NULL,
  employer_id TEXT NOT NULL,
  team_id TEXT,
  on_shift BIGINT NOT NULL CHECK (on_shift IN (0, 1)),
  team_covered BIGINT NOT NULL CHECK (team_covered IN (0, 1)),
  agreement_id TEXT NOT NULL,
  agreement_version BIGINT NOT NULL,
  allocation_id TEXT NOT NULL,
  allocation_covered BIGINT NOT NULL CHECK (allocation_covered IN (0, 1)),
  date TEXT NOT NULL,
  starts_us BIGINT NOT NULL,
  ends_us BIGINT NOT NULL,
  travel_minutes BIGINT NOT NULL,
  expires_us BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, id),
  CONSTRAINT hold_slot FOREIGN KEY (partnership_id, slot_id) REFERENCES slot (partnership_id, id),
  CONSTRAINT hold_person FOREIGN KEY (partnership_id, person_id) REFERENCES person (partnership_id, id)
);
CREATE UNIQUE INDEX hold_person_appointment_key ON hold (partnership_id, person_id, campaign_id, appointment);
CREATE INDEX hold_by_expiry ON hold (partnership_id, expires_us);
