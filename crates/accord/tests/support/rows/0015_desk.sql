INSERT INTO look (partnership_id, actor_id, person_id, purpose, at_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'in-3', 'person-1', 'they_rang', 1799049600000000);
INSERT INTO search_use (partnership_id, actor_id, began_us, used) VALUES
  ('00000000-0000-0000-0000-000000000001', 'in-3', 1799049600000000, 4);
INSERT INTO sign_in (partnership_id, id, token_hash, role, organisation_id, site_id, person_id, created_us, seen_us, ended_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'in-3', 'd3', 'booking_operator', NULL, NULL, NULL, 1799049600000000, 1799049600000000, NULL);
