//! What the password is asked for again, in the words of the person who is asked.

/// Where something sensitive is done, by how its address begins, and what it is. The first that fits counts.
const PURPOSES: [(&str, &str); 23] = [
    ("/account/deletion", "delete your account"),
    ("/account/email-addresses", "change your email addresses"),
    ("/account/passkeys", "change your passkeys"),
    ("/account/two-factor", "change two-factor authentication"),
    ("/account/sessions", "sign out elsewhere"),
    ("/account/profile", "change your username"),
    ("/account/organizations/{organization}/handover", "hand the organization over"),
    ("/account/organizations/{organization}/departure", "leave the organization"),
    ("/address-claims/", "add an email address"),
    ("/invitations/", "add your address and join"),
    ("/{organization}/settings/billing", "change the billing details"),
    ("/{organization}/deletion", "delete the organization"),
    ("/restorations/", "restore the organization"),
    ("/{organization}/invitations/several", "send a list of invitations"),
    ("/{organization}/invitations/{invitation}/link", "copy the link of an owner’s invitation"),
    ("/{organization}/invitations", "invite an owner"),
    ("/{organization}/members/export", "export the members"),
    ("/{organization}/members/", "change who is an owner"),
    ("/{organization}/undoings/", "change who is an owner"),
    ("/{organization}/activity/export", "export the activity"),
    ("/{organization}/reviews/{review}/export", "export the access review"),
    ("/{organization}/reviews/", "change who is an owner"),
    ("/{organization}/settings/export", "export the organization"),
];

/// What is done at the address of this pattern, where it is sensitive.
pub fn told(pattern: &str) -> Option<&'static str> {
    PURPOSES.iter().find(|(begins, _)| pattern.starts_with(begins)).map(|(_, purpose)| *purpose)
}
