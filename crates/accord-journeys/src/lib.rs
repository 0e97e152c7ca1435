//! Whole ways through Accord's pages, in a real browser, against the built binary: test-only.
//!
//! [`house`] makes one small demo store a run and gives every journey a copy and a server of its own, so journeys
//! neither wait for nor disturb one another. [`browser`] starts a Chromium of a given screen, with or without
//! scripts. [`page`] is what a reader can do: open, press, fill, read; on every page it arrives at it looks for what
//! no page may have ([`axe`], foreign requests, console errors, sideways scrolling). `journey` runs one way at both
//! screens with and without scripts, in bounded time, and leaves a picture where one fails.
//!
//! Nothing here is skipped when a tool is missing: it fails and says what to install.

pub mod axe;
pub mod browser;
pub mod house;
pub mod journey;
pub mod page;
mod wire;
