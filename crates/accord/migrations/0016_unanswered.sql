-- When a person was reminded of an appointment that they have not answered. Owner: booking.

ALTER TABLE booking ADD COLUMN reminded_us BIGINT;
CREATE INDEX booking_unanswered ON booking (partnership_id, starts_us) WHERE live = 1 AND state = 'assigned';
