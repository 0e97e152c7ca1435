//! The ways through Accord that must work in use, each at phone and desktop width, with scripts and without.

mod the_frame_can_fail;
