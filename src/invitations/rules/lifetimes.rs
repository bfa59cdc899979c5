//! How long an invitation lasts.

use crate::config::Lifetimes;
use crate::text::FieldError;

/// Lifetimes that a form offers, as far as the operator allows them, in days.
const OFFERED: [u32; 9] = [1, 2, 3, 7, 14, 30, 45, 60, 90];

/// The days to choose from: round ones, and the operator's own two.
pub fn offered(lifetimes: Lifetimes) -> Vec<u32> {
    let Lifetimes { usual, most } = lifetimes;
    let mut days: Vec<u32> = OFFERED.into_iter().filter(|days| *days <= most).chain([usual, most]).collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// Reads how many days were chosen. A form without the choice means the usual ones.
pub fn parse(typed: &str, lifetimes: Lifetimes) -> Result<u32, FieldError> {
    if typed.is_empty() {
        return Ok(lifetimes.usual);
    }
    let days = typed.parse().ok().filter(|days| (1..=lifetimes.most).contains(days));
    days.ok_or_else(|| match lifetimes.most {
        1 => "Invitations last for one day here.".into(),
        most => format!("Choose 1 to {most} days.").into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_lifetimes_are_offered_up_to_the_most() {
        assert_eq!(offered(Lifetimes { usual: 7, most: 30 }), [1, 2, 3, 7, 14, 30]);
        assert_eq!(offered(Lifetimes { usual: 5, most: 10 }), [1, 2, 3, 5, 7, 10]);
        assert_eq!(offered(Lifetimes { usual: 1, most: 1 }), [1]);
    }

    #[test]
    fn any_whole_number_of_days_will_do_up_to_the_most() {
        let lifetimes = Lifetimes { usual: 7, most: 30 };
        assert_eq!(parse("", lifetimes), Ok(7));
        assert_eq!(parse("1", lifetimes), Ok(1));
        assert_eq!(parse("30", lifetimes), Ok(30));
        for typed in ["0", "31", "-1", "7 days", "1e1", " 7", "99999999999"] {
            assert!(parse(typed, lifetimes).is_err(), "{typed:?}");
        }
    }
}
