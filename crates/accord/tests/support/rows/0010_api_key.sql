INSERT INTO api_key (partnership_id, id, name, key_hash, role, created_us, revoked_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'key-1', 'Desk', 'f1', 'booking_operator', 1799049600000000, NULL),
  ('00000000-0000-0000-0000-000000000001', 'key-2', 'Lead', 'f2', 'campaign_lead', 1799049600000000, 1799049700000000);
