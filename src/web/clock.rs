//! How somebody reads dates and times: in which zone, and in which order.

use chrono_tz::Tz;

/// How somebody reads dates and times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    zone: Tz,
}

impl Default for Clock {
    /// For visitors, and for people who have set nothing.
    fn default() -> Self {
        Self { zone: Tz::UTC }
    }
}

impl Clock {
    /// As it is kept with an account.
    pub fn stored(zone: &str, _format: &str) -> Self {
        Self { zone: zone.parse().unwrap_or(Tz::UTC) }
    }

    /// In which zone.
    pub const fn zone(self) -> Tz {
        self.zone
    }
}
