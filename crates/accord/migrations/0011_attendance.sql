-- Who came, and what came of it. Owner: booking.

-- One row a booking, from check-in or from its outcome on; never deleted. What a correction replaced is in the audit.
-- Product, batch and reason are health data: for the clinic and the person, never for an employer.
CREATE TABLE attendance (
  partnership_id TEXT NOT NULL,
  booking_id TEXT NOT NULL,
  checked_in_us BIGINT,
  checked_in_site TEXT,
  outcome TEXT CHECK (outcome IN ('given', 'not_given', 'did_not_attend')),
  product_id TEXT,
  batch TEXT,
  reason TEXT CHECK (reason IN ('unwell', 'contraindicated', 'declined', 'no_stock', 'other')),
  noted_us BIGINT NOT NULL,
  noted_by TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, booking_id),
  CONSTRAINT attendance_booking FOREIGN KEY (partnership_id, booking_id) REFERENCES booking (partnership_id, id),
  CONSTRAINT attendance_came CHECK ((checked_in_us IS NULL) = (checked_in_site IS NULL)),
  CONSTRAINT attendance_says CHECK (checked_in_us IS NOT NULL OR outcome IS NOT NULL),
  CONSTRAINT attendance_given CHECK ((product_id IS NOT NULL AND batch IS NOT NULL) = (COALESCE(outcome, '') = 'given')),
  CONSTRAINT attendance_reason CHECK ((reason IS NOT NULL) = (COALESCE(outcome, '') = 'not_given'))
);
