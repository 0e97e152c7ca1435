INSERT INTO sign_in_link (partnership_id, id, token_hash, role, organisation_id, site_id, created_us, expires_us, used_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'link-1', 'c1', 'employer_contact', 'employer', NULL, 1799049600000000, 1799053200000000, NULL),
  ('00000000-0000-0000-0000-000000000001', 'link-2', 'c2', 'clinic_team', NULL, 'site', 1799049600000000, 1799053200000000, 1799049700000000);
INSERT INTO sign_in (partnership_id, id, token_hash, role, organisation_id, site_id, person_id, created_us, seen_us, ended_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'in-1', 'd1', 'person', NULL, NULL, 'person-1', 1799049600000000, 1799049600000000, NULL),
  ('00000000-0000-0000-0000-000000000001', 'in-2', 'd2', 'campaign_lead', NULL, NULL, NULL, 1799049600000000, 1799049600000000, 1799049700000000);
INSERT INTO person_code (partnership_id, id, person_id, code_hash, wrong_dates, created_us, revoked_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'code-1', 'person-1', 'e1', 0, 1799049600000000, NULL),
  ('00000000-0000-0000-0000-000000000001', 'code-2', 'person-2', 'e2', 5, 1799049600000000, 1799049700000000);
