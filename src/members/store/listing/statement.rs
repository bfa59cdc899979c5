//! The statement that finds a page of people.

use chrono::DateTime;

use super::super::super::rules::listing::{By, Listing};
use super::{FEW, PAGE, REACH};

/// Statements about a list, put together from the parts below; everything that was asked is bound to them:
/// `$1` the organization, `$2` to `$4` who are alike, `$5` what was typed, `$6` and `$7` the time or name of the place
/// to go on from and `$8` its id, `$9` and `$10` between which times they were here.
pub(super) struct Statement<'l> {
    pub(super) listing: &'l Listing,
    /// How many kinds of those who are alike; none where the list is of everybody.
    pub(super) kinds: usize,
    pub(super) by_address: bool,
}

/// The columns of which an index of this order has all.
fn keys(by: By) -> String {
    format!("seat.account_id, seat.{}", column(by))
}

const fn column(by: By) -> &'static str {
    match by {
        By::Name => "name",
        By::Joined => "joined_at",
        By::Active => "last_active_at",
    }
}

impl Statement<'_> {
    fn in_order(&self, by: By) -> String {
        let falling = if self.listing.order.is_falling() { " DESC" } else { "" };
        format!("ORDER BY {}{falling}, account_id{falling}", column(by))
    }

    /// What lies behind the place to go on from.
    fn behind(&self) -> String {
        if self.listing.after.is_none() {
            return String::new();
        }
        let by = self.listing.order.by();
        let place = if by == By::Name { "$7 COLLATE \"C\"" } else { "$6" };
        let than = if self.listing.order.is_falling() { "<" } else { ">" };
        format!(" AND (seat.{}, seat.account_id) {than} ({place}, $8)", column(by))
    }

    /// Who was here then.
    fn seen(&self) -> &'static str {
        match self.listing.seen.map(|seen| seen.bounds(DateTime::UNIX_EPOCH)) {
            None => "",
            Some((Some(_), _)) => " AND seat.last_active_at >= $9",
            Some((None, _)) => " AND seat.last_active_at < $10",
        }
    }

    /// Rows by index, or some of their columns: of everybody, or of each kind of those who are alike, put together. The
    /// limit of each is hidden from the planner: kinds are of very different sizes, and for a limit near their mean it
    /// would read a whole kind and sort.
    fn seats(&self, columns: &str, by: By, conditions: &str, limit: usize) -> String {
        let order = self.in_order(by);
        let rows = |alike: &str| {
            format!(
                "SELECT {columns} FROM memberships AS seat WHERE seat.organization_id = $1{alike}{conditions} {order} LIMIT (SELECT {limit})"
            )
        };
        match self.kinds {
            0 => return rows(""),
            1 => {
                return rows(
                    " AND seat.is_in_force = ($2)[1] AND seat.role = ($3)[1] AND seat.has_two_factor = ($4)[1]",
                );
            }
            _ => {}
        }
        let alike = rows(
            " AND seat.is_in_force = alike.is_in_force AND seat.role = alike.role AND seat.has_two_factor = alike.has_two_factor",
        );
        format!(
            "SELECT seat.* FROM unnest($2, $3, $4) AS alike (is_in_force, role, has_two_factor) \
             CROSS JOIN LATERAL ({alike}) AS seat {order} LIMIT {limit}"
        )
    }

    /// What is found by the longest of the words that were typed: not more than is worth sorting, and one.
    fn hits(&self) -> String {
        let limit = REACH + 1;
        if self.by_address {
            return format!(
                "SELECT hit.account_id FROM typed CROSS JOIN LATERAL (SELECT account_id FROM email_addresses WHERE is_primary \
                    AND address COLLATE \"C\" >= typed.word AND address COLLATE \"C\" < typed.past \
                    ORDER BY address COLLATE \"C\" LIMIT {limit}) AS hit"
            );
        }
        format!(
            "SELECT hit.account_id FROM typed \
             CROSS JOIN (VALUES (false), (true)) AS begins (is_later) \
             CROSS JOIN LATERAL (SELECT account_id FROM member_words AS words WHERE words.organization_id = $1 \
                AND words.is_later = begins.is_later AND words.word >= typed.word AND words.word < typed.past \
                ORDER BY words.word LIMIT {limit}) AS hit LIMIT {limit}"
        )
    }

    /// Whether a row is one that was typed: looked up for each row, as all that begins so may be the whole table.
    fn fits(&self) -> &'static str {
        match (self.listing.text.is_empty(), self.by_address) {
            (true, _) => "",
            (false, true) => {
                " AND EXISTS (SELECT FROM email_addresses WHERE is_primary AND account_id = seat.account_id \
                  AND address COLLATE \"C\" >= (SELECT word FROM typed) AND address COLLATE \"C\" < (SELECT past FROM typed) OFFSET 0)"
            }
            (false, false) => {
                " AND EXISTS (SELECT FROM member_words AS words \
                    WHERE words.account_id = seat.account_id AND words.organization_id = $1 \
                    AND words.word >= (SELECT word FROM typed) AND words.word < (SELECT past FROM typed) OFFSET 0) \
                  AND ((SELECT cardinality(words) FROM typed) = 1 \
                    OR (SELECT bool_and(EXISTS (SELECT FROM member_words AS words \
                        WHERE words.account_id = seat.account_id AND words.organization_id = $1 \
                        AND words.word >= begin COLLATE \"C\" AND words.word < (begin || chr(1114111)) COLLATE \"C\" OFFSET 0)) \
                    FROM typed, unnest(typed.words) AS begin))"
            }
        }
    }

    /// The parts of which the last ones are what was chosen, and where the list was gone through to.
    fn parts(&self) -> Vec<String> {
        let (order, page) = (self.listing.order.by(), PAGE + 1);
        let seen_in_order = if order == By::Active { self.seen() } else { "" };
        let in_place = format!("{seen_in_order}{}", self.behind());
        if self.listing.text.is_empty() && (self.listing.seen.is_none() || order == By::Active) {
            let seats = self.seats("seat.*", order, &in_place, page);
            return vec![
                format!("chosen AS MATERIALIZED ({seats})"),
                "reached AS (SELECT * FROM chosen WHERE false)".to_owned(),
            ];
        }
        let (seen, behind, fits, in_order) = (self.seen(), self.behind(), self.fits(), self.in_order(order));
        let seen_on_the_way = if order == By::Active { "" } else { seen };
        let through = self.seats("seat.*", order, &in_place, REACH);
        let mut parts = self.typed();
        parts.extend(self.left());
        parts.push(format!(
            "through AS MATERIALIZED (SELECT * FROM ({through}) AS seat WHERE true{seen_on_the_way}{fits} {in_order} LIMIT {page})"
        ));
        parts.push(format!("way AS MATERIALIZED (SELECT {} AS way)", self.way()));
        // What is left is put in order first, so that no more of it is compared with what was typed than a page needs.
        let by = self.order_of_rest();
        let rest = self.seats("seat.*", by, seen, REACH + 1);
        parts.push(format!(
            "chosen AS MATERIALIZED (SELECT * FROM ({found}\
                (SELECT * FROM (SELECT * FROM ({rest}) AS seat WHERE (SELECT way FROM way) = 'rest' {in_order} OFFSET 0) AS seat \
                    WHERE true{behind}{fits} {in_order} LIMIT {page}) \
                UNION ALL SELECT * FROM through WHERE (SELECT way FROM way) IN ('through', 'partly') \
                ) AS seat {in_order} LIMIT {page})",
            found = self.found()
        ));
        // Where it ends is read from the index alone.
        let gone_through = self.seats(&keys(order), order, &in_place, REACH);
        parts.push(format!(
            "reached AS (SELECT * FROM ({gone_through}) AS seat WHERE (SELECT way FROM way) = 'partly' {in_order} OFFSET {} LIMIT 1)",
            REACH - 1
        ));
        parts
    }

    /// Which way the page is found: each is tried only where those before it are none, and nothing is counted further
    /// than it is asked.
    fn way(&self) -> String {
        let (page, is_typed) = (PAGE + 1, !self.listing.text.is_empty());
        let counted = |part: &str, most: usize| {
            format!("(SELECT count(*) FROM (SELECT FROM {part} LIMIT {most} + 1) AS few) <= {most}")
        };
        let hits = |most| if is_typed { format!("WHEN {} THEN 'hits' ", counted("hits", most)) } else { String::new() };
        // How many belong is counted as they come and go, so that nobody need be counted to know that everybody is
        // many.
        let rest = |most| match self.left() {
            Some(_) => format!("WHEN {} THEN 'rest' ", counted("rest", most)),
            None => format!("WHEN (SELECT member_count FROM organizations WHERE id = $1) <= {most} THEN 'rest' "),
        };
        format!(
            "CASE {}{}WHEN (SELECT count(*) FROM through) = {page} THEN 'through' {}{}ELSE 'partly' END",
            hits(FEW),
            rest(FEW),
            hits(REACH),
            rest(REACH)
        )
    }

    /// By which order those are found whom all but what was typed leaves.
    fn order_of_rest(&self) -> By {
        if self.listing.seen.is_some() { By::Active } else { self.listing.order.by() }
    }

    /// Whom all but what was typed leaves, to be counted, as far as that is worth it; nothing where it leaves
    /// everybody.
    fn left(&self) -> Option<String> {
        if self.kinds == 0 && self.listing.seen.is_none() {
            return None;
        }
        let by = self.order_of_rest();
        Some(format!("rest AS MATERIALIZED ({})", self.seats(&keys(by), by, self.seen(), REACH + 1)))
    }

    /// What was typed, and whom it finds.
    fn typed(&self) -> Vec<String> {
        if self.listing.text.is_empty() {
            return Vec::new();
        }
        let typed = if self.by_address {
            "SELECT ARRAY[lower($5)] AS words"
        } else {
            "SELECT (array_agg(word ORDER BY length(word) DESC, word))[1:6] AS words \
             FROM (SELECT DISTINCT unnest(words_of($5)) AS word) AS typed"
        };
        vec![
            format!(
                "typed AS MATERIALIZED (SELECT words, words[1] COLLATE \"C\" AS word, \
                    (words[1] || chr(1114111)) COLLATE \"C\" AS past FROM ({typed}) AS typed)"
            ),
            format!("hits AS MATERIALIZED ({})", self.hits()),
        ]
    }

    /// The rows of whom the typed words find.
    fn found(&self) -> String {
        if self.listing.text.is_empty() {
            return String::new();
        }
        let alike = if self.kinds > 0 {
            " AND (seat.is_in_force, seat.role, seat.has_two_factor) IN (SELECT * FROM unnest($2, $3, $4))"
        } else {
            ""
        };
        format!(
            "SELECT seat.* FROM (SELECT DISTINCT account_id FROM hits) AS found \
             CROSS JOIN LATERAL (SELECT * FROM memberships WHERE organization_id = $1 \
                AND account_id = found.account_id LIMIT 1) AS seat \
             WHERE (SELECT way FROM way) = 'hits'{}{}{alike}{} UNION ALL ",
            self.behind(),
            self.seen(),
            self.fits()
        )
    }

    pub(super) fn sql(&self) -> String {
        let (parts, in_order) = (self.parts().join(", "), self.in_order(self.listing.order.by()));
        format!(
            "WITH {parts}, shown AS ( \
                SELECT seat.account_id, seat.name, seat.joined_at, seat.last_active_at, seat.role, seat.is_in_force, seat.ends_at, \
                    accounts.username, accounts.display_name, accounts.picture_id, \
                    email_addresses.address \
                FROM chosen AS seat CROSS JOIN LATERAL (SELECT * FROM accounts WHERE id = seat.account_id LIMIT 1) AS accounts \
                LEFT JOIN LATERAL (SELECT address FROM email_addresses WHERE account_id = seat.account_id AND is_primary \
                    LIMIT 1) AS email_addresses ON true) \
             SELECT json_build_object( \
                'people', coalesce((SELECT json_agg(to_json(shown) {in_order}) FROM shown), '[]'), \
                'reached', (SELECT to_json(reached) FROM reached) \
             )::text AS found"
        )
    }
}
