//! Sites: where clinics are held.

use crate::partnership::words::stored_words;

stored_words! {
    /// Who owns a site's slots.
    SlotsOwner, "who owns a site's slots" {
        /// Accord: the partner's system is a copy.
        Accord = "accord",
        /// The partner: nobody is told a time before its system has confirmed it.
        Partner = "partner",
    }
}
