INSERT INTO audit (partnership_id, id, organisation_id, actor_role, actor_id, verb, noun, noun_id, detail, at_us, wall_us, chain_seq, chain_hash) VALUES
  ('00000000-0000-0000-0000-000000000001', 'audit-1', 'host', 'campaign_lead', 'lead', 'sign', 'agreement', 'agreement', '{"note":"O''Neill; signed"}', 1799049600000000, 1799049600000001, 1, 'aa'),
  ('00000000-0000-0000-0000-000000000001', 'audit-2', NULL, 'operator of this machine', 'command line', 'found', 'partnership', '1', '{}', 1799049600000002, 1799049600000003, NULL, NULL);
INSERT INTO event (partnership_id, id, kind, noun_id, payload, at_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'event-1', 'booking.placed', 'booking', '{}', 1799049600000000);
INSERT INTO idempotency (partnership_id, key, actor_id, body_hash, answer, at_us, expires_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'key-1', 'person-1', 'ab', '/b/done', 1799049600000000, 1799136000000000);
