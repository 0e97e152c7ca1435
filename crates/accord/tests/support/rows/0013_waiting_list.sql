INSERT INTO waiting_turn (partnership_id, campaign_id, at_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'campaign', 1799139500000000);
INSERT INTO waiting (partnership_id, id, campaign_id, person_id, priority, since_us, seed, lot, half_days, minutes_max, state, silences, tried_mark, tried_code, tried_us, closed_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'waiting-1', 'campaign', 'person', 1, 1799139500000000, 'seed', '0123456789abcdef', 16383, 40, 'offered', 1, 'mark', 'slot_full', 1799139500000000, NULL),
  ('00000000-0000-0000-0000-000000000001', 'waiting-2', 'campaign', 'person', 1, 1799139400000000, 'seed', '0123456789abcdef', 1, 40, 'left', 0, NULL, NULL, NULL, 1799139400000001);
INSERT INTO waiting_offer (partnership_id, id, waiting_id, campaign_id, person_id, picks, passed, made_us, until_us, state, settled_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'offer-1', 'waiting-1', 'campaign', 'person', '[]', '[]', 1799139500000001, 1799180000000000, 'open', NULL),
  ('00000000-0000-0000-0000-000000000001', 'offer-2', 'waiting-1', 'campaign', 'person', '[]', '[["person","too_far"]]', 1799139400000001, 1799139450000000, 'lapsed', 1799139450000000);
INSERT INTO standby (partnership_id, id, campaign_id, person_id, half_days, minutes_max, asked, since_us, closed_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'standby-1', 'campaign', 'person', 16383, 20, 1, 1799139500000000, NULL);
INSERT INTO standby_draw (partnership_id, id, campaign_id, site_id, product_id, slot_id, date, starts_us, places, taken, seed, state, opened_us, version) VALUES
  ('00000000-0000-0000-0000-000000000001', 'draw-1', 'campaign', 'site', 'product', 'slot', '2027-01-05', 1799168400000000, 4, 1, 'seed', 'open', 1799160000000000, 2);
INSERT INTO standby_ask (partnership_id, draw_id, person_id, place, asked_before, lot, state, code, asked_us, answered_us, booking_id) VALUES
  ('00000000-0000-0000-0000-000000000001', 'draw-1', 'person', 1, 0, '0123456789abcdef', 'accepted', NULL, 1799160000000000, 1799160100000000, 'booking-1'),
  ('00000000-0000-0000-0000-000000000001', 'draw-1', 'person-2', 2, 3, '1123456789abcdef', 'passed', 'too_far', NULL, NULL, NULL);
INSERT INTO elsewhere_file (partnership_id, id, campaign_id, file_name, file_hash, faults, known, state, came_us, settled_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'file-1', 'campaign', 'given.csv', 'hash', 1, 0, 'taken', 1799160000000000, 1799160100000000);
INSERT INTO elsewhere (partnership_id, id, campaign_id, file_id, row_number, employer_id, row_key, said, had_on, product, verdict, candidates, person_id, state, owner_role, next_on, came_us, settled_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'elsewhere-1', 'campaign', 'file-1', 2, NULL, 'key-1', '{}', '2027-01-02', '', 'certain', '[]', 'person', 'closed', 'campaign_lead', NULL, 1799160000000000, 1799160100000000),
  ('00000000-0000-0000-0000-000000000001', 'elsewhere-2', 'campaign', NULL, NULL, 'employer', 'key-2', '{}', '2027-01-02', 'A', 'unclear', '[]', NULL, 'open', 'campaign_lead', '2027-01-08', 1799160000000000, NULL);
