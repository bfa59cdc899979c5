// @generated automatically by Diesel CLI.

diesel::table! {
    /// People who can sign in. A row exists only once an address was proven.
    accounts (id) {
        id -> Uuid,
        /// Lower case, ASCII; never holds an @, so it is never taken for an address.
        username -> Text,
        /// Argon2id in PHC notation, its parameters with it.
        password_hash -> Text,
        created_at -> Timestamptz,
        suspended_at -> Nullable<Timestamptz>,
        /// As others read it, beside the username; empty for people who have chosen none.
        display_name -> Nullable<Text>,
        /// A name of the IANA database.
        time_zone -> Text,
        time_format -> Text,
        /// Raised by each change of the profile, so that a stale form is noticed.
        version -> Int4,
        /// Where the uploaded picture is; empty while the initials stand for the person.
        picture_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    /// Addresses that somebody wants to add to an account, until the link that is mailed there is opened. A claim holds no address for anyone.
    address_claims (id) {
        id -> Uuid,
        account_id -> Uuid,
        address -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    /// Whoever gave the right password, and still owes the second factor. Nothing is open to them.
    begun_sign_ins (token_hash) {
        token_hash -> Bytea,
        account_id -> Uuid,
        wrong_codes -> Int2,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    /// Who pays, and where the bill goes.
    billing_details (organization_id) {
        organization_id -> Uuid,
        cardholder -> Text,
        address_line_1 -> Text,
        address_line_2 -> Text,
        city -> Text,
        region -> Text,
        postal_code -> Text,
        country -> Text,
        contact_email -> Text,
        version -> Int4,
        modified_at -> Timestamptz,
    }
}

diesel::table! {
    /// What may be kept of a card: never its number, never its CVC (PCI DSS 3.3.1.2, 3.5.1).
    cards (organization_id) {
        organization_id -> Uuid,
        brand -> Text,
        last_four -> Text,
        expiry_month -> Int2,
        expiry_year -> Int2,
        /// How a payment provider names the card; empty until one is set, and nothing can be charged then.
        provider_reference -> Nullable<Text>,
        modified_at -> Timestamptz,
    }
}

diesel::table! {
    /// Addresses that were proven to belong to an account, by a link that was mailed there.
    email_addresses (address) {
        address -> Text,
        account_id -> Uuid,
        is_primary -> Bool,
        confirmed_at -> Timestamptz,
    }
}

diesel::table! {
    /// Who did what, when, from where. Without foreign keys: it survives what it tells of.
    history (id) {
        id -> Uuid,
        organization_id -> Nullable<Uuid>,
        actor_id -> Nullable<Uuid>,
        /// The name as it was then.
        actor_name -> Text,
        kind -> Text,
        details -> Jsonb,
        /// The network address of the request; empty for the command line and the workers.
        source -> Text,
        at -> Timestamptz,
        /// Whose account it tells of; empty for what concerns an organization.
        account_id -> Nullable<Uuid>,
        /// What a reader of an organization’s history would look under.
        topic -> Text,
    }
}

diesel::table! {
    /// How many invitations of an organization may wait for an answer at once, where that is not the number that new ones begin with.
    invitation_allowances (organization_id) {
        organization_id -> Uuid,
        /// It grows with each invitation that is accepted.
        unanswered -> Int4,
    }
}

diesel::table! {
    /// What becomes of each line of a list: none is left out.
    invitation_batch_lines (batch_id, place) {
        batch_id -> Uuid,
        place -> Int4,
        /// The address; where none can be read, what was written.
        written -> Text,
        role -> Text,
        /// ready: to be invited. full: the address was sent enough invitations that day.
        fate -> Text,
        why -> Nullable<Text>,
    }
}

diesel::table! {
    /// Lists of people to be invited at once. A list that is not sent yet is a preview.
    invitation_batches (id) {
        id -> Uuid,
        organization_id -> Uuid,
        /// In whose name it is sent: whoever sent it, and before that whoever made it.
        sender_id -> Uuid,
        form_key -> Uuid,
        lifetime_days -> Int4,
        /// How many lines it has.
        size -> Int4,
        made_at -> Timestamptz,
        /// When somebody pressed the button; the worker sends from then on.
        sent_at -> Nullable<Timestamptz>,
        /// When the worker takes its next portion.
        due_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        /// abandoned: in whose name it was sent, could no longer invite people.
        ended_how -> Nullable<Text>,
    }
}

diesel::table! {
    /// Wishes for a new invitation that wait to be judged. Each names what its link said, whether or not there is such an invitation: so asking costs and tells the same.
    invitation_requests (invitation_id) {
        invitation_id -> Uuid,
        asked_at -> Timestamptz,
    }
}

diesel::table! {
    /// Letters that let someone join. Open while ended_at is empty, even past the expiry: an expired one can be sent again.
    invitations (id) {
        id -> Uuid,
        organization_id -> Uuid,
        email -> Text,
        role -> Text,
        inviter_id -> Uuid,
        form_key -> Uuid,
        created_at -> Timestamptz,
        sent_at -> Timestamptz,
        times_sent -> Int4,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        ended_how -> Nullable<Text>,
        accepted_by -> Nullable<Uuid>,
        /// What ended it, and brings it back when it is undone.
        ended_with -> Nullable<Uuid>,
        /// For how many days it was sent: sent again, it lasts as long anew.
        lifetime_days -> Int4,
        /// When its end was called to mind; empty again once it is sent again.
        reminded_at -> Nullable<Timestamptz>,
        /// When a new one was asked for, while no owner has answered; the invitation itself may have ended.
        asked_again_at -> Nullable<Timestamptz>,
        /// How often owners said no to a new one.
        dismissals -> Int4,
        /// Where it stands among those that wait for somebody: what was asked for stands first.
        listed_at -> Timestamptz,
        /// When the membership that it offers ends; empty for one without an end.
        membership_ends_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Where somebody has signed in from before: a sign-in from elsewhere is told by mail, and guessing from elsewhere locks nobody out here.
    known_devices (account_id, device, network) {
        account_id -> Uuid,
        /// Browser and system in words, such as Firefox on Linux.
        device -> Text,
        /// The first 24 bits of an IPv4 address, the first 48 of an IPv6 address.
        network -> Text,
        first_seen_at -> Timestamptz,
        last_seen_at -> Timestamptz,
    }
}

diesel::table! {
    /// The words by which the people of an organization are found there: those of username and display name. Kept by triggers.
    member_words (account_id, organization_id, word) {
        account_id -> Uuid,
        organization_id -> Uuid,
        word -> Text,
        /// Whether it begins neither name.
        is_later -> Bool,
    }
}

diesel::table! {
    /// Who belongs where, and as what. Read on every request: nothing remembers a role elsewhere.
    memberships (organization_id, account_id) {
        organization_id -> Uuid,
        account_id -> Uuid,
        role -> Text,
        joined_at -> Timestamptz,
        invited_by -> Nullable<Uuid>,
        /// When the person last opened a page of the organization: noted at most once an hour.
        last_active_at -> Timestamptz,
        /// Since when the person has no access, with the seat and the role kept; empty while they have.
        suspended_at -> Nullable<Timestamptz>,
        is_in_force -> Bool,
        /// The name people know the person by, as it is compared: for the order of a list. Kept by triggers.
        name -> Text,
        /// Whether the account is guarded by a second factor. Kept by triggers.
        has_two_factor -> Bool,
        /// The moment from which the person has no access: midnight by UTC, after the last day; empty while no end was set.
        ends_at -> Nullable<Timestamptz>,
        /// When owners were reminded of this end; empty again once another one is set.
        end_told_at -> Nullable<Timestamptz>,
        is_lasting -> Bool,
        /// Whether the person, as an owner, gets mail about others who are no owners.
        wants_people -> Bool,
        /// Whether the person, as an owner, gets mail about what became of invitations.
        wants_invitations -> Bool,
        /// Whether the person, as an owner, gets mail about settings and billing.
        wants_settings -> Bool,
    }
}

diesel::table! {
    /// Every URL an organization ever had. One is current, the others redirect, none is given to another organization, not even after deletion.
    organization_addresses (slug) {
        slug -> Text,
        organization_id -> Nullable<Uuid>,
        is_current -> Bool,
        given_at -> Timestamptz,
    }
}

diesel::table! {
    /// The days on which something happened in an organization, counted by the transactions that write its history.
    organization_days (organization_id, day) {
        organization_id -> Uuid,
        day -> Date,
        /// Lines of history written on that day.
        deeds -> Int4,
        /// How many belonged after the last of them.
        member_count -> Int4,
    }
}

diesel::table! {
    /// Who shares projects and a bill. Hidden from everyone while deleted_at is set.
    organizations (id) {
        id -> Uuid,
        name -> Text,
        primary_owner_id -> Uuid,
        primary_owner_role -> Text,
        /// Kept by the transactions that join and part, so that no page counts rows.
        member_count -> Int4,
        /// Raised by each change of the settings, so that a stale form is noticed.
        version -> Int4,
        form_key -> Uuid,
        created_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        erase_at -> Nullable<Timestamptz>,
        /// How often it was deleted: a link to restore belongs to one deletion.
        deletions -> Int2,
        /// Where the uploaded picture is; empty while the initials stand for the organization.
        picture_id -> Nullable<Uuid>,
        primary_owner_is_in_force -> Bool,
        primary_owner_is_lasting -> Bool,
    }
}

diesel::table! {
    /// Letters to be posted: their kind and facts, never their text, so that no usable link is ever at rest.
    outbox (id) {
        id -> Uuid,
        kind -> Text,
        facts -> Jsonb,
        recipient -> Text,
        /// The row the letter is about, for showing whether it was delivered.
        about -> Nullable<Uuid>,
        /// dropped: no longer true when its turn came, so it was not sent.
        state -> Text,
        attempts -> Int4,
        created_at -> Timestamptz,
        /// When it is due; a worker that takes it moves this ahead, so that it is taken again should the worker die.
        next_attempt_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        /// The organization it tells about: what waits for one recipient about the same one leaves as one email. Empty where an email leaves alone.
        bundle -> Nullable<Uuid>,
        /// 0: a link that somebody asked for and waits for. 1: a security notice. 2: news.
        priority -> Int2,
        /// Which of those that are due and of one priority leaves first. Each email of an organization that has others waiting has its turn a second after the last of them.
        turn -> Timestamptz,
        /// The organization whose share of the outbox it takes, if any. It may be gone.
        share -> Nullable<Uuid>,
        /// The account whose act it tells of, if any. It may be gone.
        actor -> Nullable<Uuid>,
        /// Whether the bundle tells an owner, and not the person whom it is about.
        bundle_to_owner -> Bool,
    }
}

diesel::table! {
    /// One email to many people of an organization: a worker puts it into the outbox a portion at a time, and deletes the row after the last one.
    outbox_fan_outs (id) {
        id -> Uuid,
        organization_id -> Uuid,
        /// others: everyone but the owners.
        audience -> Text,
        kind -> Text,
        facts -> Jsonb,
        /// The account up to which it is in the outbox, in the order of their ids.
        reached -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// Public keys of devices that sign in without a password (WebAuthn).
    passkeys (id) {
        id -> Uuid,
        account_id -> Uuid,
        credential_id -> Bytea,
        name -> Text,
        /// The public key, and what was said of the device when it was added.
        fixed_state -> Bytea,
        /// The count of signatures and the flags that each use renews.
        moving_state -> Bytea,
        created_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The one open permission to choose a new password; asking again replaces it.
    password_resets (id) {
        id -> Uuid,
        /// Empty when nobody has the address that was given: then it opens nothing, and its letter is dropped.
        account_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        /// Where the link went; empty for a link from before this column, or where nobody has the address.
        address -> Nullable<Text>,
    }
}

diesel::table! {
    /// Uploaded pictures, drawn anew by Roster. The id is the address, and a new one with each upload: who does not know it finds nothing.
    pictures (id) {
        id -> Uuid,
        account_id -> Nullable<Uuid>,
        organization_id -> Nullable<Uuid>,
        media_type -> Text,
        image -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// Every URL a project ever had within its organization; those of deleted projects stay, and are never given again.
    project_addresses (organization_id, slug) {
        organization_id -> Uuid,
        slug -> Text,
        project_id -> Nullable<Uuid>,
        is_current -> Bool,
        /// The name it was given for, in the one form names are compared in; with the address it outlives the project, so that the name of a deleted one is never reused.
        name_key -> Text,
    }
}

diesel::table! {
    /// The words by which the projects of an organization are found there. Kept by triggers.
    project_words (project_id, organization_id, word) {
        project_id -> Uuid,
        organization_id -> Uuid,
        word -> Text,
        /// Whether it does not begin the name.
        is_later -> Bool,
    }
}

diesel::table! {
    /// What an organization works on.
    projects (id) {
        id -> Uuid,
        organization_id -> Uuid,
        name -> Text,
        description -> Text,
        web_address -> Text,
        visibility -> Text,
        version -> Int4,
        created_by -> Uuid,
        form_key -> Uuid,
        created_at -> Timestamptz,
        modified_at -> Timestamptz,
    }
}

diesel::table! {
    /// A password was reset by a link to this address: for half an hour the browser that did it may remove what was added to the account lately.
    recoveries (id) {
        id -> Uuid,
        account_id -> Uuid,
        address -> Text,
        /// When the account was last signed in to from this browser and network before the reset; empty where it never was. Two-factor authentication that was turned on after that may be removed, too.
        known_since -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    /// Codes that stand in for a lost app, once each.
    recovery_codes (account_id, code_hash) {
        account_id -> Uuid,
        code_hash -> Bytea,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Addresses that wait to be confirmed, each with the username that was wished for. Each row stands for itself, so nobody can hold an address before its owner comes; the password is chosen on the page of the link.
    registrations (id) {
        id -> Uuid,
        email -> Text,
        username -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    /// Everyone whom a review looks at, as they were when it was begun, and what was decided. Like history without references to accounts: it survives what it tells of.
    review_people (review_id, account_id) {
        review_id -> Uuid,
        account_id -> Uuid,
        /// The name as it was then. How people wish to be called is not kept: it goes with their account.
        username -> Text,
        /// The role as it was then.
        role -> Text,
        /// Empty until somebody decides. gone: they left, or were removed by other means, before anybody did.
        decision -> Nullable<Text>,
        new_role -> Nullable<Text>,
        decided_by -> Nullable<Uuid>,
        decided_by_name -> Nullable<Text>,
        decided_at -> Nullable<Timestamptz>,
        /// What undoes it; there is no reference, for that is forgotten after a day.
        undoing_id -> Nullable<Uuid>,
        /// When a decision was undone after the review was finished; before that, it is open again.
        undone_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Organizations whose owners want to be reminded of an access review each quarter.
    review_reminders (organization_id) {
        organization_id -> Uuid,
        /// When the next reminder is posted; empty while a review is under way.
        due_at -> Nullable<Timestamptz>,
        /// When the last one was, if no review was finished since.
        told_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Access reviews: owners look at everyone who belonged when it was begun.
    reviews (id) {
        id -> Uuid,
        organization_id -> Uuid,
        /// The name as it was then.
        begun_by_name -> Text,
        begun_at -> Timestamptz,
        finished_by_name -> Nullable<Text>,
        /// From then on nothing of it changes, but that a decision can be noted as undone.
        finished_at -> Nullable<Timestamptz>,
        /// How many belonged when it was begun. Like the other counts kept by the transactions that decide, so that no page counts rows.
        people_count -> Int4,
        kept_count -> Int4,
        changed_count -> Int4,
        removed_count -> Int4,
        gone_count -> Int4,
    }
}

diesel::table! {
    /// Secrets of apps that show codes (RFC 6238), sealed under the secret key. One that was never confirmed asks nothing of anybody.
    second_factors (account_id) {
        account_id -> Uuid,
        sealed_secret -> Bytea,
        created_at -> Timestamptz,
        confirmed_at -> Nullable<Timestamptz>,
        /// The time step of the last code that was taken: a code works once.
        last_step -> Int8,
    }
}

diesel::table! {
    /// Who is signed in. A cookie proves nothing without its row here.
    sessions (token_hash) {
        token_hash -> Bytea,
        id -> Uuid,
        account_id -> Uuid,
        device -> Text,
        /// The network address it was begun from.
        source -> Text,
        created_at -> Timestamptz,
        /// Touched at most once a minute.
        last_seen_at -> Timestamptz,
        password_given_at -> Timestamptz,
        /// When it ends unless it is used: moved on by use, never past ends_at.
        expires_at -> Timestamptz,
        /// When it ends in any case.
        ends_at -> Timestamptz,
    }
}

diesel::table! {
    /// Challenges that a passkey has answered: each is answered once.
    spent_challenges (challenge_hash) {
        challenge_hash -> Bytea,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    /// Rows that a background task failed on, so that they do not block the rows behind them.
    task_failures (task, subject, within) {
        task -> Text,
        /// The row that the task works on: an account, an invitation, an organization.
        subject -> Uuid,
        /// The organization, where the subject alone does not name the row.
        within -> Uuid,
        failures -> Int4,
        failed_at -> Timestamptz,
        /// When the task tries the row again; empty once the row is set aside.
        try_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// How much of each allowance is used (generic cell rate algorithm): one moment each, in the database, so that all nodes count together.
    throttles (key) {
        key -> Bytea,
        /// When the allowance is whole again.
        full_at -> Timestamptz,
    }
}

diesel::table! {
    /// What a membership was before it was ended, or its role changed: for half an hour it can be had back.
    undoings (id) {
        id -> Uuid,
        organization_id -> Uuid,
        account_id -> Uuid,
        role -> Text,
        /// The role that was given instead; empty where the membership was ended.
        became -> Nullable<Text>,
        joined_at -> Timestamptz,
        invited_by -> Nullable<Uuid>,
        last_active_at -> Timestamptz,
        suspended_at -> Nullable<Timestamptz>,
        made_at -> Timestamptz,
        ended_how -> Nullable<Text>,
        ends_at -> Nullable<Timestamptz>,
        end_told_at -> Nullable<Timestamptz>,
        wants_people -> Bool,
        wants_invitations -> Bool,
        wants_settings -> Bool,
    }
}

diesel::table! {
    /// Every name that is somebody's, or was until lately: nobody else can have it before it is let go.
    usernames (name) {
        name -> Text,
        account_id -> Nullable<Uuid>,
        /// Until when a name that was given up is kept from others; empty while it is in use.
        held_until -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(address_claims -> accounts (account_id));
diesel::joinable!(begun_sign_ins -> accounts (account_id));
diesel::joinable!(billing_details -> organizations (organization_id));
diesel::joinable!(cards -> organizations (organization_id));
diesel::joinable!(email_addresses -> accounts (account_id));
diesel::joinable!(invitation_allowances -> organizations (organization_id));
diesel::joinable!(invitation_batch_lines -> invitation_batches (batch_id));
diesel::joinable!(invitation_batches -> accounts (sender_id));
diesel::joinable!(invitation_batches -> organizations (organization_id));
diesel::joinable!(invitations -> organizations (organization_id));
diesel::joinable!(known_devices -> accounts (account_id));
diesel::joinable!(memberships -> accounts (account_id));
diesel::joinable!(organization_addresses -> organizations (organization_id));
diesel::joinable!(organization_days -> organizations (organization_id));
diesel::joinable!(outbox_fan_outs -> organizations (organization_id));
diesel::joinable!(passkeys -> accounts (account_id));
diesel::joinable!(password_resets -> accounts (account_id));
diesel::joinable!(pictures -> accounts (account_id));
diesel::joinable!(pictures -> organizations (organization_id));
diesel::joinable!(project_addresses -> organizations (organization_id));
diesel::joinable!(project_addresses -> projects (project_id));
diesel::joinable!(projects -> organizations (organization_id));
diesel::joinable!(recoveries -> accounts (account_id));
diesel::joinable!(recovery_codes -> second_factors (account_id));
diesel::joinable!(review_people -> reviews (review_id));
diesel::joinable!(review_reminders -> organizations (organization_id));
diesel::joinable!(reviews -> organizations (organization_id));
diesel::joinable!(second_factors -> accounts (account_id));
diesel::joinable!(sessions -> accounts (account_id));
diesel::joinable!(undoings -> accounts (account_id));

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    address_claims,
    begun_sign_ins,
    billing_details,
    cards,
    email_addresses,
    history,
    invitation_allowances,
    invitation_batch_lines,
    invitation_batches,
    invitation_requests,
    invitations,
    known_devices,
    member_words,
    memberships,
    organization_addresses,
    organization_days,
    organizations,
    outbox,
    outbox_fan_outs,
    passkeys,
    password_resets,
    pictures,
    project_addresses,
    project_words,
    projects,
    recoveries,
    recovery_codes,
    registrations,
    review_people,
    review_reminders,
    reviews,
    second_factors,
    sessions,
    spent_challenges,
    task_failures,
    throttles,
    undoings,
    usernames,
);
