//! What was typed about exports.

use serde::Deserialize;

use super::rules::ExportFormat;
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
        Self { format: Field::filled(ExportFormat::Csv.key()) }
    }

    /// In which shape.
    pub fn read(&mut self) -> Option<ExportFormat> {
        self.format.read(ExportFormat::parse)
    }
}
