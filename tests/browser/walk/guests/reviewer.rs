//! An owner in the middle of an access review, and another one after it.

use super::AppState;

impl AppState {
    /// A review that is finished, with somebody of each kind in it, and reminders turned on; and one that is under way.
    pub(super) async fn adds_reviewer(&mut self) {
        let (reviewer, world) = (self.signed_in("ada").await, &self.world);
        let reviews = "/analytical-engines/reviews";
        reviewer.opens(reviews).await.presses("Remind Each Quarter").await.presses("Begin a Review").await;
        let finished = reviewer.path();
        reviewer.posts(&format!("{finished}/decisions"), &[("people", "ada grace")]).await.status(303);
        // Of the demonstration nobody is removed: others walk through it.
        let id = finished.rsplit('/').next().expect("the review's id");
        world.runs(&format!(
            "UPDATE review_people SET decision = 'removed', decided_by = account_id, decided_by_name = 'grace', decided_at = roster_now(), \
                undone_at = roster_now() WHERE username = 'alan' AND review_id = '{id}'; \
             UPDATE review_people SET decision = 'changed', new_role = 'viewer', decided_by = account_id, decided_by_name = 'ada', \
                decided_at = roster_now() WHERE username = 'mary' AND review_id = '{id}'; \
             UPDATE reviews SET removed_count = 1, changed_count = 1 WHERE id = '{id}'"
        ));
        reviewer.opens(&format!("{finished}/completion")).await.presses("Yes").await.status(200);
        let under_way = reviewer.opens(reviews).await.presses("Begin a Review").await.path();
        let pages =
            ["", "/completion", "/people/grace/role", "/people/grace/removal"].map(|rest| format!("{under_way}{rest}"));
        let done = ["/result", "/result?show=kept", "/result/sheet"].map(|rest| format!("{finished}{rest}"));
        let starts: Vec<&str> = pages.iter().chain(&done).map(String::as_str).collect();
        self.looks_only("reviewer", reviewer, &starts);
    }
}
