INSERT INTO attendance (partnership_id, booking_id, checked_in_us, checked_in_site, outcome, product_id, batch, reason, noted_us, noted_by, version) VALUES
  ('00000000-0000-0000-0000-000000000001', 'booking-1', 1799139500000000, 'site', 'given', 'product', 'FX 12-34', NULL, 1799139900000000, 'sign-in', 2),
  ('00000000-0000-0000-0000-000000000001', 'booking-2', NULL, NULL, 'did_not_attend', NULL, NULL, NULL, 1799190000000000, 'sweep', 1);
