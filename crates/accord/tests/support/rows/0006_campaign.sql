INSERT INTO campaign (partnership_id, id, name, programme, purpose, starts_on, ends_on, age_min, cover_percent, travel_minutes_max, silence, state) VALUES
  ('00000000-0000-0000-0000-000000000001', 'campaign', 'Winter', 'flu', 'staff vaccination', '2027-01-04', '2027-02-28', 16, 20, 60, 'keep', 'open');
INSERT INTO campaign_appointment (partnership_id, campaign_id, number, name, first_on, last_on) VALUES
  ('00000000-0000-0000-0000-000000000001', 'campaign', 1, 'first dose', '2027-01-04', '2027-01-24'), ('00000000-0000-0000-0000-000000000001', 'campaign', 2, 'second dose', '2027-01-23', '2027-02-28');
INSERT INTO campaign_product (partnership_id, campaign_id, product_id, interval_min, interval_max, interval_ideal) VALUES ('00000000-0000-0000-0000-000000000001', 'campaign', 'product', 19, 28, 21);
INSERT INTO campaign_group (partnership_id, campaign_id, number, name, wait_cost, unplaced_cost) VALUES ('00000000-0000-0000-0000-000000000001', 'campaign', 1, 'frontline', 8, 6000);
INSERT INTO offer (partnership_id, campaign_id, person_id, employer_id, state, reason, owner_role, owner_organisation_id, next_on, evidence, version, changed_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'campaign', 'person-1', 'employer', 'waiting', NULL, 'employer_contact', 'employer', '2027-01-05', NULL, 2, 1799049600000000),
  ('00000000-0000-0000-0000-000000000001', 'campaign', 'person-2', 'employer', 'declined', NULL, 'employer_contact', 'employer', NULL, 'said so on the page', 4, 1799049600000000);
INSERT INTO team_day (partnership_id, campaign_id, team_id, date, on_shift, capacity, taken) VALUES ('00000000-0000-0000-0000-000000000001', 'campaign', 'team', '2027-01-05', 10, 4, 2);
