//! The ways through Accord that must work in use, each at phone and desktop width, with scripts and without.

mod steps;

mod a_campaign_lead_closes_sessions_and_takes_it_back;
mod a_campaign_lead_sees_where_the_campaign_stands;
mod a_clinic_prints_tomorrows_list;
mod a_clinic_sees_people_without_an_appointment;
mod a_forwarded_link_shows_nothing;
mod a_person_changes_one_of_two;
mod a_person_confirms_both_appointments;
mod a_person_declines;
mod a_place_comes_free_for_the_next_in_line;
mod an_employer_sees_only_its_own_people_and_no_health_data;
mod the_frame_can_fail;
