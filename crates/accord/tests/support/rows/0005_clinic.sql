INSERT INTO product (partnership_id, id, code, name) VALUES ('00000000-0000-0000-0000-000000000001', 'product', 'ALPHA', 'Alpha');
INSERT INTO site (partnership_id, id, host_id, code, name, kind, address, postcode, lat, lon, district, phone, access, note, ods_code, icb, region, site_type, slots_owner, state) VALUES
  ('00000000-0000-0000-0000-000000000001', 'site', 'host', 'S1', 'Clinic One', 'hospital_hub', '1 Street', 'CO1 1AA', 51.889123456789, 0.9, 'Colchester', '01632 960000', 64, '', 'RDE01', 'QJG', 'Y61', 'hub', 'accord', 'open'),
  ('00000000-0000-0000-0000-000000000001', 'site-2', 'host', 'S2', 'Clinic Two', 'pharmacy', '2 Street', 'CO1 1AB', 51.9, -0.1, 'Colchester', '', 0, 'Ring; twice', NULL, NULL, NULL, NULL, 'partner', 'closed');
INSERT INTO session (partnership_id, id, site_id, host_id, product_id, date, from_minute, until_minute, slot_minutes, stations, state, version) VALUES
  ('00000000-0000-0000-0000-000000000001', 'session', 'site', 'host', 'product', '2027-01-05', 540, 720, 10, 2, 'open', 1);
INSERT INTO slot (partnership_id, id, session_id, site_id, host_id, product_id, date, start_minute, starts_us, minutes, capacity, taken) VALUES
  ('00000000-0000-0000-0000-000000000001', 'slot-1', 'session', 'site', 'host', 'product', '2027-01-05', 540, 1799139600000000, 10, 2, 1),
  ('00000000-0000-0000-0000-000000000001', 'slot-2', 'session', 'site', 'host', 'product', '2027-01-05', 550, 1799140200000000, 10, 2, 0);
INSERT INTO delivery (partnership_id, id, site_id, product_id, arrives_on, doses) VALUES ('00000000-0000-0000-0000-000000000001', 'delivery', 'site', 'product', '2027-01-04', 100);
INSERT INTO stock (partnership_id, site_id, product_id, from_date, until_date, delivered, taken) VALUES
  ('00000000-0000-0000-0000-000000000001', 'site', 'product', '0000-01-01', '2027-01-05', 0, 0),
  ('00000000-0000-0000-0000-000000000001', 'site', 'product', '2027-01-05', '9999-12-31', 100, 1);
INSERT INTO travel (partnership_id, from_sector, to_sector, minutes) VALUES ('00000000-0000-0000-0000-000000000001', 'CO1 1', 'CO15 1', 31);
