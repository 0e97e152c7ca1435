INSERT INTO partnership (partnership_id, name, goal, demo, created_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'Süd & Nord', 'Everybody has a place by February.', 0, 1799049600000000);
INSERT INTO organisation (partnership_id, id, code, name, kind, postcode, is_employer, is_host, declared_headcount, contact_name, contact_role, admitted_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'host', 'RDE', 'A Hospital', 'trust', 'CO4 5JL', 1, 1, 9000, 'A. Contact', 'manager', 1799049600000000),
  ('00000000-0000-0000-0000-000000000001', 'employer', 'VN1AA', 'A Care Home', 'care_provider', NULL, 1, 0, NULL, 'B. Contact', 'owner', 1799049600000000);
INSERT INTO agreement (partnership_id, id, version, kind, title, host_id, purpose, from_date, until_date, state, at_end, signed_by, signed_us, superseded) VALUES
  ('00000000-0000-0000-0000-000000000001', 'agreement', 1, 'capacity', 'Places', 'host', 'staff vaccination', '2027-01-01', '2027-06-30', 'in_force', 'honour', 'both', 1799049600000000, 1),
  ('00000000-0000-0000-0000-000000000001', 'agreement', 2, 'capacity', 'Places, longer', 'host', 'staff vaccination', '2027-01-01', '2027-12-31', 'in_force', 'move', 'both', 1799049600000001, 0);
INSERT INTO agreement_site (partnership_id, agreement_id, version, site_id) VALUES
  ('00000000-0000-0000-0000-000000000001', 'agreement', 1, 'site'), ('00000000-0000-0000-0000-000000000001', 'agreement', 2, 'site');
INSERT INTO allocation (partnership_id, id, agreement_id, host_id, employer_id, site_id, capacity, taken) VALUES
  ('00000000-0000-0000-0000-000000000001', 'allocation-1', 'agreement', 'host', 'employer', NULL, 40, 1),
  ('00000000-0000-0000-0000-000000000001', 'allocation-2', 'agreement', 'host', 'employer', 'site', NULL, 0);
INSERT INTO ledger (partnership_id, id, host_id, employer_id, agreement_id, agreement_version, booking_id, units, at_us, chain_seq, chain_hash) VALUES
  ('00000000-0000-0000-0000-000000000001', 'ledger-1', 'host', 'employer', 'agreement', 2, 'booking-1', 1, 1799049600000000, 1, 'bb'),
  ('00000000-0000-0000-0000-000000000001', 'ledger-2', 'host', 'employer', 'agreement', 2, 'booking-2', 1, 1799049600000000, NULL, NULL),
  ('00000000-0000-0000-0000-000000000001', 'ledger-3', 'host', 'employer', 'agreement', 2, 'booking-2', -1, 1799049600000001, NULL, NULL);
