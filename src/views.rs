//! The views of the schema, as tables to read from.
//!
//! They hold what must not be spelled out twice: who may act now. `tests/app_state` refuses the condition elsewhere.

use crate::schema::{
    accounts, email_addresses, invitations, memberships, organization_addresses, organizations, review_people,
    review_reminders, reviews, second_factors,
};

diesel::table! {
    /// Memberships by which somebody may act now: in force, not ended, of an account that is not suspended.
    active_memberships (organization_id, account_id) {
        organization_id -> Uuid,
        account_id -> Uuid,
        role -> Text,
        is_lasting -> Bool,
        joined_at -> Timestamptz,
        last_active_at -> Timestamptz,
        wants_people -> Bool,
        wants_invitations -> Bool,
        wants_settings -> Bool,
    }
}

diesel::table! {
    /// Sessions in which somebody is signed in now, and who it is: not expired, of an account that is not suspended.
    live_sessions (token_hash) {
        token_hash -> Bytea,
        id -> Uuid,
        account_id -> Uuid,
        device -> Text,
        source -> Text,
        created_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        password_given_at -> Timestamptz,
        username -> Text,
        display_name -> Nullable<Text>,
        time_zone -> Text,
        time_format -> Text,
        picture_id -> Nullable<Uuid>,
    }
}

/// Whether the row of `memberships` that a query reads is one by which its person may act now.
#[macro_export]
macro_rules! has_access {
    () => {
        diesel::dsl::exists(
            $crate::views::active_memberships::table
                .filter(
                    $crate::views::active_memberships::organization_id.eq($crate::schema::memberships::organization_id),
                )
                .filter($crate::views::active_memberships::account_id.eq($crate::schema::memberships::account_id)),
        )
    };
}

diesel::allow_tables_to_appear_in_same_query!(active_memberships, live_sessions);
diesel::allow_tables_to_appear_in_same_query!(active_memberships, accounts);
diesel::allow_tables_to_appear_in_same_query!(active_memberships, email_addresses);
diesel::allow_tables_to_appear_in_same_query!(active_memberships, invitations);
diesel::allow_tables_to_appear_in_same_query!(active_memberships, memberships);
diesel::allow_tables_to_appear_in_same_query!(active_memberships, organization_addresses);
diesel::allow_tables_to_appear_in_same_query!(active_memberships, organizations);
diesel::allow_tables_to_appear_in_same_query!(active_memberships, review_people);
diesel::allow_tables_to_appear_in_same_query!(active_memberships, review_reminders);
diesel::allow_tables_to_appear_in_same_query!(active_memberships, reviews);
diesel::allow_tables_to_appear_in_same_query!(active_memberships, second_factors);
diesel::allow_tables_to_appear_in_same_query!(live_sessions, memberships);
diesel::allow_tables_to_appear_in_same_query!(live_sessions, organization_addresses);
diesel::allow_tables_to_appear_in_same_query!(live_sessions, organizations);
