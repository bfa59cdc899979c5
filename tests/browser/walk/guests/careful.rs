//! Those who have set up all that keeps an account safe, and those who are half way through it.

use super::AppState;
use crate::shared::PASSWORD;

impl AppState {
    /// Somebody with a second address, one that waits for its link, two-factor authentication and a passkey; the
    /// same person again, who still owes the code; somebody whose app is not confirmed yet; and somebody who has just
    /// chosen a new password, after an address was added that is not theirs.
    pub(super) async fn adds_careful(&mut self) {
        let careful = self.world.person("careful").await;
        for address in ["second@example.org", "waiting@example.org"] {
            careful.opens("/account/email-addresses").await.fills("Email", address).presses("Add").await.status(200);
        }
        let second = self.world.email_to("second@example.org").await;
        careful.opens_link(&second).await.presses("Confirm").await.status(200);
        let waiting = self.world.email_to("waiting@example.org").await;
        // What opens a device or an app is not needed to look at the pages about them.
        self.world.runs(
            "INSERT INTO second_factors (account_id, sealed_secret, confirmed_at) \
             SELECT id, decode(repeat('00', 48), 'hex'), roster_now() FROM accounts WHERE username = 'careful'; \
             INSERT INTO passkeys (id, account_id, credential_id, name, fixed_state, moving_state) \
             SELECT gen_random_uuid(), id, decode(repeat('07', 16), 'hex'), 'A telephone', '', '' FROM accounts WHERE username = 'careful'",
        );
        let link = waiting.link().strip_prefix(&self.world.site.origin()).expect("a link of ours").to_owned();
        let starts = ["/account/passkeys", "/account/two-factor", "/account/email-addresses"].map(str::to_owned);
        self.add("careful", careful, &[starts.as_slice(), &[link]].concat());

        let half_in = self.world.visitor().await;
        half_in.opens("/sign-in").await.signs_in_here("careful", PASSWORD).await.is_at("/sign-in/code");
        self.looks_only("half in", half_in, &["/sign-in/code", "/sign-in/recovery-code"]);

        let enrolling = self.world.person("enrolling").await;
        enrolling.opens("/account/two-factor").await.presses("Enable").await.is_at("/account/two-factor/confirmation");
        self.looks_only("enrolling", enrolling, &["/account/two-factor/confirmation"]);

        let robbed = self.world.person("robbed").await;
        self.world.runs(
            "UPDATE accounts SET created_at = created_at - interval '40 days' WHERE username = 'robbed'; \
             UPDATE email_addresses SET confirmed_at = confirmed_at - interval '40 days' WHERE address = 'robbed@example.org'; \
             INSERT INTO email_addresses (address, account_id) \
             SELECT 'thief@example.org', id FROM accounts WHERE username = 'robbed'; \
             INSERT INTO second_factors (account_id, sealed_secret, confirmed_at) \
             SELECT id, decode(repeat('00', 48), 'hex'), roster_now() FROM accounts WHERE username = 'robbed'",
        );
        robbed.opens("/forgot-password").await.fills("Email", "robbed@example.org").presses("Send Reset Link").await;
        robbed.opens_link(&self.world.message("robbed@example.org", "Reset your password").await).await;
        robbed.fills("New Password", "lanterns over quiet harbours");
        robbed.fills("Confirm Password", "lanterns over quiet harbours").presses("Reset Password").await;
        robbed.is_at("/forgot-password/additions");
        self.looks_only("robbed", robbed, &["/forgot-password/additions"]);
    }
}
