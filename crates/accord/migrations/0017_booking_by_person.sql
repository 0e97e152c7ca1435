-- Ways to look appointments up that their pages need. Owner: booking.

-- All of a person's, those that ended too: their pages, the desk and every check before a booking read them.
CREATE INDEX booking_by_person ON booking (partnership_id, person_id, campaign_id, appointment);
-- A clinic's day list shows who was given it as well, whose bookings are not live any more.
DROP INDEX booking_by_site;
CREATE INDEX booking_by_site ON booking (partnership_id, site_id, date);
CREATE INDEX waiting_offer_by_waiting ON waiting_offer (partnership_id, waiting_id, made_us);
CREATE INDEX waiting_by_state ON waiting (partnership_id, campaign_id, state);
-- What people are to be told, among all that was ever said.
CREATE INDEX event_to_tell ON event (partnership_id, kind) WHERE kind >= 'tell.' AND kind < 'tell/';
