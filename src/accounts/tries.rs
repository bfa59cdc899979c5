//! How often signing in may be tried, counted in the database: all nodes count together.
//!
//! Three allowances stand in the way of whoever guesses (ACC-18): for one name from one source, for one source
//! whatever the name, and for one name from all sources together. The last is counted apart for each
//! network from which the account has been signed in to before: strangers share one allowance among all of them,
//! so that whoever guesses from elsewhere, from however many places, never locks the owner out of a place
//! they know.
//!
//! A name is what was typed. One that is nobody's is counted exactly like one that is somebody's, and two
//! names of one person apart from each other: what is answered tells neither who has an account, nor that two
//! names belong together (ACC-01).
//!
//! A password that was right gives back what it took, so signing in often costs nothing.

use super::store;
use crate::authority::Source;
use crate::db::throttle::{Allowance, Exhausted, give_back, take, take_each};
use crate::db::{Db, Stop};
use crate::web::Oops;
use crate::web::guesses::Guesses;

/// Passwords tried for one name from one source.
const FOR_ONE_FROM_ONE: Allowance = Allowance::within_minutes(10, 15);

/// Passwords tried from one source, for all names together.
const FROM_ONE: Allowance = Allowance::within_minutes(100, 15);

/// Passwords tried for one name from all sources that share an allowance. NIST SP 800-63B wants no more than
/// 100 wrong ones in a row.
const FOR_ONE: Allowance = Allowance::hourly(50);

/// What one source may do in an hour of what costs something and asks for no account.
const ASKED_BY_ONE: Allowance = Allowance::hourly(60);

/// A password that may be tried.
#[derive(Clone, Debug)]
pub struct Try {
    name: String,
    source: String,
    /// The network, where the name's account knows it; for all strangers the same.
    place: String,
}

impl Try {
    /// What it takes, always in this order.
    fn takes(&self) -> [([&str; 3], Allowance); 3] {
        [
            (["sign in", &self.name, &self.source], FOR_ONE_FROM_ONE),
            (["sign in from", "", &self.source], FROM_ONE),
            (["sign in to", &self.name, &self.place], FOR_ONE),
        ]
    }

    /// Asks for a try at signing in by a name, before the password is compared.
    pub async fn begin(db: &Db, name: &str, source: &Source) -> Result<Result<Self, Exhausted>, Stop> {
        let (name, source) = (name.trim().to_ascii_lowercase(), source.clone());
        let begun = db.unproven(move |connection| {
            let network = source.remembered();
            let is_known = store::devices::is_known_network(connection, &name, &network)?;
            let place = if is_known { network } else { String::new() };
            let tried = Self { name, source: source.counted(), place };
            let takes = tried.takes();
            let takes: Vec<_> = takes.iter().map(|(about, allowance)| (about.as_slice(), *allowance)).collect();
            let taken = take_each(connection, &takes)?;
            Ok(taken.map(|()| tried))
        });
        begun.await
    }

    /// The password was right, and whoever typed it is in.
    pub async fn succeeded(self, db: &Db) -> Result<(), Stop> {
        let given_back = db.unproven(move |connection| {
            self.takes().iter().try_for_each(|(about, allowance)| give_back(connection, about, *allowance))
        });
        given_back.await
    }
}

/// Proof that a try was counted, and that there was one left. Nothing that costs much is done for a visitor without
/// it (COST-2): whoever sends a form counts first, and reads it then, so that a form with errors counts, too.
#[derive(Debug)]
pub struct Counted(());

#[cfg(test)]
impl Counted {
    /// Where nobody counts.
    pub const fn for_a_test() -> Self {
        Self(())
    }
}

/// Asks whether a source may once more do what costs something: before a new password is hashed, say.
pub async fn asked(db: &Db, what: &'static str, source: &Source) -> Result<Result<Counted, Exhausted>, Stop> {
    let source = source.counted();
    let taken = db.unproven(move |connection| take(connection, &[what, &source], ASKED_BY_ONE)).await?;
    Ok(taken.map(Counted))
}

/// Counts a password whose strength is told while it is typed.
pub fn asked_while_typing(guesses: &Guesses, source: &Source) -> Result<Counted, Oops> {
    guesses.strength(source).map(Counted)
}
