//! The noun `campaign`.
