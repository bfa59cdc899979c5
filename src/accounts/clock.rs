//! How somebody reads dates and times: in their zone and format, on every page and in every email.

use super::{CurrentAccount, store};
use crate::action;
use crate::audit_log::EventKind;
use crate::db::{Change, Queries, Verdict, WriteTx};
use crate::web::clock::Clock;

action! {
    /// Choosing how dates and times are shown to oneself.
    pub ChooseClock: CurrentAccount, ()
}

/// Shows dates and times to the person like this from then on.
pub(super) fn choose_clock(
    tx: &mut WriteTx<ChooseClock>,
    clock: Clock,
) -> Verdict<Change<()>, std::convert::Infallible> {
    let account = tx.scope().account();
    if !store::clock::set_clock(tx.connection(), account, clock)? {
        return Ok(Ok(Change::unchanged(())));
    }
    Ok(Ok(Change::recorded((), EventKind::TimeFormatChanged)))
}
