//! What was typed about exports.

use serde::Deserialize;

use super::rules::Format;
use crate::web::Field;

/// Export.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExportForm {
    pub format: Field,
}

impl ExportForm {
    /// With the usual shape chosen.
    pub fn usual() -> Self {
        Self { format: Field::filled(Format::Csv.key()) }
    }

    /// In which shape.
    pub fn read(&mut self) -> Option<Format> {
        self.format.read(Format::parse)
    }
}
