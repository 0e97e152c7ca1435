//! What every noun needs and none owns: store, clock, ids, secrets, audit, words, pictures.

pub mod api;
pub mod audit;
pub mod clock;
pub mod clock_seen;
pub mod db;
pub mod fingerprint;
pub mod idempotency;
pub mod ids;
pub mod openapi;
pub mod outbox;
pub mod page;
pub mod refusal;
pub mod sealed_page;
pub mod secret;
pub mod svg;
pub mod table;
pub mod upload;
pub mod web;
pub mod wire;
pub mod words;
