//! Organizations that have been here for years.

use super::world::World;

impl World {
    /// Lets every organization that there is have as many unanswered invitations as it likes, for tests of long lists.
    pub fn trusts_organizations(&self) {
        self.runs(
            "INSERT INTO invitation_allowances (organization_id, unanswered) SELECT id, 1000000 FROM organizations \
             ON CONFLICT (organization_id) DO UPDATE SET unanswered = excluded.unanswered",
        );
    }
}
