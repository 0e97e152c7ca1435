//! The ways through Accord that must work in use, each at phone and desktop width, with scripts and without.

mod a_page_without_scripts_runs_none;
