//! How somebody reads dates and times: in their zone and format, on every page and in every letter.

use super::{Myself, store};
use crate::act;
use crate::db::{Asking, Change, Verdict, Work};
use crate::history::Happened;
use crate::web::clock::Clock;

act! {
    /// Choosing how dates and times are shown to oneself.
    pub ChooseClock: Myself, ()
}

/// Shows dates and times to the person like this from then on.
pub(super) fn choose_clock(
    work: &mut Work<ChooseClock>,
    clock: Clock,
) -> Verdict<Change<()>, std::convert::Infallible> {
    let account = work.scope().account();
    if !store::clock::set_clock(work.connection(), account, clock)? {
        return Ok(Ok(Change::already(())));
    }
    Ok(Ok(Change::recorded((), Happened::TimeFormatChanged)))
}
