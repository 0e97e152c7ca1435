//! A clinic team with a phone: somebody without an appointment is given in seconds. Then the list is on paper, opened by a
//! stranger's means, and what was written on it comes back.

use crate::steps::given_signed_in_by_link;
