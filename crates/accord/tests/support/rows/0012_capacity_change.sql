UPDATE session SET honours = 1, vaccinators = 3, rooms = 2, people_max = 30, breaks = '600-615', kept_walk_in = 1, kept_assisted = 1, assisted_hours = 48 WHERE id = 'session';
UPDATE slot SET kept_assisted = 1, assisted_until_us = 1799139600000000 WHERE id = 'slot-2';
UPDATE allocation SET release_us = 1799139600000000 WHERE id = 'allocation-1';
INSERT INTO capacity_change (partnership_id, id, what, choice, settings, reason, lead_name, undoes, state, created_us, committed_us, settled_us, told_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'change-1', 'close', 'move', '{}', 'The lift is broken', 'A. Lead (invented)', NULL, 'done', 1799049600000000, 1799049600000001, 1799049600000002, NULL),
  ('00000000-0000-0000-0000-000000000001', 'change-2', 'undo', 'honour', '{}', 'It is mended', 'A. Lead (invented)', 'change-1', 'preview', 1799049600000003, NULL, NULL, NULL);
INSERT INTO capacity_change_session (partnership_id, change_id, session_id, version, before_settings, after_settings, left_version) VALUES ('00000000-0000-0000-0000-000000000001', 'change-1', 'session', 1, '{}', '{}', 2);
INSERT INTO capacity_change_slot (partnership_id, change_id, slot_id, session_id, start_minute, is_new, before_places, after_places) VALUES ('00000000-0000-0000-0000-000000000001', 'change-1', 'slot-1', 'session', 540, 0, '{}', '{}');
INSERT INTO capacity_change_booking (partnership_id, change_id, booking_id, seq, person_id, campaign_id, appointment, version, was, along, planned, why, to_slot, outcome, anew, tries, new_booking_id, new_version) VALUES
  ('00000000-0000-0000-0000-000000000001', 'change-1', 'booking-1', 1, 'person-1', 'campaign', 1, 2, 'confirmed', 0, 'move', NULL, 'slot-2', 'moved', 0, 1, 'booking-3', 1),
  ('00000000-0000-0000-0000-000000000001', 'change-1', 'booking-2', 2, 'person-1', 'campaign', 1, 2, 'assigned', 0, 'cancel', 'slot_full', NULL, NULL, 1, 0, NULL, NULL);
