//! What was typed about a project.

use serde::Deserialize;

use super::rules::{Description, Project, ProjectDetails, Visibility, WebAddress};
use crate::ids::FormKey;
use crate::text::{FieldError, Title};
pub use crate::web::form::NoFields;
use crate::web::{Field, PageError};

/// New Project and Project Settings: the same lines, and unseen with them the key of a form that
/// makes something, or the version of what a form changes.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProjectForm {
    pub name: Field,
    pub description: Field<{ 4 * Description::MOST }>,
    pub web_address: Field<{ 2 * WebAddress::MOST }>,
    pub visibility: Field,
    pub form_key: Field,
    pub version: Field,
}

impl ProjectForm {
    /// An empty form for a new project.
    pub fn blank() -> Self {
        Self {
            visibility: Field::filled(Visibility::Private.key()),
            form_key: Field::filled(FormKey::fresh().to_string()),
            ..Self::default()
        }
    }

    /// The form that changes a project, as it is.
    pub fn of(project: &Project) -> Self {
        let ProjectDetails { name, description, web_address, visibility } = &project.details;
        Self {
            name: Field::filled(name.as_str()),
            description: Field::filled(description.as_str()),
            web_address: Field::filled(web_address.as_str()),
            visibility: Field::filled(visibility.key()),
            form_key: Field::default(),
            version: Field::filled(project.version.to_string()),
        }
    }

    /// Reads all lines before judging, so one visit shows every error.
    pub fn read(&mut self) -> Option<ProjectDetails> {
        let name = self.name.read(Title::parse);
        let description = self.description.read(Description::parse);
        let web_address = self.web_address.read(WebAddress::parse);
        let visibility = self.visibility.read(Visibility::parse);
        Some(ProjectDetails {
            name: name?,
            description: description?,
            web_address: web_address?,
            visibility: visibility?,
        })
    }

    /// The key that makes one project of a form sent twice.
    pub fn key(&self) -> Result<FormKey, PageError> {
        FormKey::parse(&self.form_key.text).ok_or(PageError::Malformed("a form key is no key"))
    }

    /// The version of the project that the form was opened with.
    pub fn version(&self) -> Result<i32, PageError> {
        self.version.text.parse().map_err(|_| PageError::Malformed("a version is no number"))
    }

    /// Keeps what was typed, and says beside each line what somebody else wrote there. Saving
    /// once more is then an answer to that.
    pub fn conflict(&mut self, now: &Project) {
        self.version = Field::filled(now.version.to_string());
        let details = &now.details;
        compare(&mut self.name, details.name.as_str(), details.name.as_str());
        compare(&mut self.description, details.description.as_str(), details.description.as_str());
        compare(&mut self.web_address, details.web_address.as_str(), details.web_address.as_str());
        compare(&mut self.visibility, details.visibility.key(), details.visibility.label());
    }
}

/// Says beside a line what somebody else wrote there, unless it is the same.
fn compare<const MOST: usize>(typed: &mut Field<MOST>, stands: &str, shown: &str) {
    if typed.text.replace("\r\n", "\n").trim() != stands {
        typed.add_error(match shown {
            "" => FieldError::from("Someone else emptied this."),
            shown => format!("Someone else saved: {shown}").into(),
        });
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::ids::ProjectId;
    use crate::text::Slug;

    fn engine() -> Project {
        let mut form = ProjectForm { name: Field::filled("Engine"), ..ProjectForm::blank() };
        let details = form.read().unwrap();
        let (id, slug, now) = (ProjectId::fresh(), Slug::stored("engine".into()), DateTime::UNIX_EPOCH);
        Project { id, slug, details, version: 3, created_at: now, modified_at: now }
    }

    #[test]
    fn a_form_shows_all_its_faults_at_once() {
        let mut form = ProjectForm {
            description: Field::filled("x".repeat(2001)),
            web_address: Field::filled("javascript:alert(1)"),
            ..ProjectForm::default()
        };
        assert!(form.read().is_none());
        let errors = [form.name.error, form.description.error, form.web_address.error, form.visibility.error];
        assert!(errors.iter().all(Option::is_some));
    }

    #[test]
    fn a_blank_form_needs_only_a_name_and_is_private() {
        assert_eq!(engine().details.visibility, Visibility::Private);
    }

    #[test]
    fn a_form_reads_back_as_it_was_filled() {
        let project = engine();
        assert_eq!(ProjectForm::of(&project).read().unwrap(), project.details);
        assert_eq!(ProjectForm::of(&project).version().unwrap(), 3);
    }

    #[test]
    fn a_stale_form_keeps_what_was_typed_and_tells_what_stands() {
        let mut form =
            ProjectForm { name: Field::filled("Mill"), version: Field::filled("2"), ..ProjectForm::of(&engine()) };
        form.conflict(&engine());
        assert_eq!((form.name.text.as_str(), form.version.text.as_str()), ("Mill", "3"));
        assert_eq!(form.name.error.as_deref(), Some("Someone else saved: Engine"));
        assert_eq!(form.visibility.error, None);
    }
}
