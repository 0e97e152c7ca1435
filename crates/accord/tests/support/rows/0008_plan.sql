INSERT INTO plan (partnership_id, id, campaign_id, number, state, problem_hash, people, placed, value, bound, most_people, assumed_rota, assumed_address, batch_id, done_through, refused, created_us, published_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'plan-1', 'campaign', 1, 'published', 'p1', 2, 1, 6021, 6010, 1, 0, 1, 'batch-1', 'person-2', 0, 1799049600000000, 1799049600000001),
  ('00000000-0000-0000-0000-000000000001', 'plan-2', 'campaign', 2, 'proposal', 'p2', 1, 0, 6000, 6000, 0, 0, 0, NULL, NULL, 0, 1799049600000002, NULL);
INSERT INTO plan_pick (partnership_id, plan_id, person_id, appointment, slot_id) VALUES ('00000000-0000-0000-0000-000000000001', 'plan-1', 'person-1', 1, 'slot-1');
INSERT INTO plan_unplaced (partnership_id, plan_id, person_id, reason, sentence) VALUES ('00000000-0000-0000-0000-000000000001', 'plan-1', 'person-2', 'no_slot', 'No place within reach.');
INSERT INTO plan_file (partnership_id, plan_id, kind, bytes) VALUES ('00000000-0000-0000-0000-000000000001', 'plan-1', 'proof', CAST('proof' AS BYTEA));
