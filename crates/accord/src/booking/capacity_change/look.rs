//! What a change looks like.
