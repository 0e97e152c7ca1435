INSERT INTO person (partnership_id, id, nhs_number, given_name, family_name, preferred_name, name_key, date_of_birth, home_postcode, email, mobile, language, access_needs, birth_checked, state, merged_into, version, created_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'person-1', '9990000018', 'Zoë', 'O''Brien', 'Zo', 'obrien zoe', '1984-02-29', 'CO15 1LH', 'zoe@example.invalid', '07700900001', 'en', 64, 1, 'active', NULL, 3, 1799049600000000),
  ('00000000-0000-0000-0000-000000000001', 'person-2', NULL, 'Ann', 'Lee', NULL, 'lee ann', NULL, NULL, NULL, NULL, 'pl', 0, 0, 'active', NULL, 1, 1799049600000000),
  ('00000000-0000-0000-0000-000000000001', 'person-3', '9990000018', 'Zoe', 'OBrien', NULL, 'obrien zoe', '1984-02-29', NULL, NULL, NULL, 'en', 0, 0, 'merged', 'person-1', 2, 1799049600000000);
INSERT INTO team (partnership_id, id, employer_id, name) VALUES ('00000000-0000-0000-0000-000000000001', 'team', 'employer', 'Ward 1; nights');
INSERT INTO employment (partnership_id, id, person_id, employer_id, staff_number, team_id, job_title, staff_group, contract, work_postcode, rota, leave_dates, priority_group, is_primary, state, version) VALUES
  ('00000000-0000-0000-0000-000000000001', 'employment-1', 'person-1', 'employer', '1001', 'team', 'Nurse', 'nursing', 'full', 'CO15 1LH', 'Mon-Fri', '2027-01-06', 1, 1, 'current', 2),
  ('00000000-0000-0000-0000-000000000001', 'employment-2', 'person-2', 'employer', '1002', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2, 1, 'not_seen', 1);
INSERT INTO cohort_turn (partnership_id, turn) VALUES ('00000000-0000-0000-0000-000000000001', 7);
INSERT INTO employer_mapping (partnership_id, employer_id, mapping, saved_us) VALUES ('00000000-0000-0000-0000-000000000001', 'employer', 'Surname=family_name', 1799049600000000);
INSERT INTO import (partnership_id, id, employer_id, file_name, file_hash, dialect, mapping, state, change_hash, as_of, rows_read, people_added, people_changed, people_same, second_jobs, leavers, not_seen, unclear, created_us, committed_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'import-1', 'employer', 'staff.csv', 'f1', 'CSV, UTF-8', 'Surname=family_name', 'committed', 'a1', '2027-01-04', 3, 2, 0, 0, 0, 0, 0, 1, 1799049600000000, 1799049600000001),
  ('00000000-0000-0000-0000-000000000001', 'import-2', 'employer', 'staff 2.csv', 'f2', 'CSV, UTF-8', 'Surname=family_name', 'review', 'a2', '2027-01-11', 1, 0, 1, 0, 0, 0, 1, 0, 1799049600000002, NULL);
INSERT INTO import_upload (partnership_id, import_id, bytes) VALUES ('00000000-0000-0000-0000-000000000001', 'import-2', CAST('Surname,Forename' AS BYTEA));
INSERT INTO import_fault (partnership_id, import_id, seq, sheet, row_number, column_name, code, seen, wanted, severity) VALUES
  ('00000000-0000-0000-0000-000000000001', 'import-1', 1, 1, 3, 'DOB', 'bad_date', '31/02/1980', 'a date', 'Warning');
INSERT INTO import_row (partnership_id, import_id, sheet, row_number, outcome, person_id, worklist_item_id, reason) VALUES
  ('00000000-0000-0000-0000-000000000001', 'import-1', 1, 2, 'added', 'person-1', NULL, NULL),
  ('00000000-0000-0000-0000-000000000001', 'import-1', 1, 3, 'unclear', NULL, 'item-1', 'no_date_of_birth');
INSERT INTO worklist_item (partnership_id, id, kind, employer_id, person_id, other_person_id, import_id, row_number, row_key, summary, owner_role, owner_organisation_id, due_on, state, outcome, done_by, created_us, done_us) VALUES
  ('00000000-0000-0000-0000-000000000001', 'item-1', 'no_date_of_birth', 'employer', 'person-2', NULL, 'import-1', 3, 'k', 'No date of birth', 'employer_contact', 'employer', '2027-01-08', 'open', NULL, NULL, 1799049600000000, NULL),
  ('00000000-0000-0000-0000-000000000001', 'item-2', 'possible_duplicate', 'employer', 'person-1', 'person-3', 'import-1', 2, NULL, 'Same person?', 'employer_contact', 'employer', '2027-01-08', 'done', 'same', 'lead', 1799049600000000, 1799049600000009);
