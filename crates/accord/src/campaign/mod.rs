//! The noun `campaign`.

pub mod pages;
