//! What is true of exports: in which shapes they come, and that no cell of them is a formula.

use std::borrow::Cow;

use crate::text::FieldError;

/// The shape of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// For a spreadsheet.
    Csv,
    /// For a program.
    Json,
}

impl ExportFormat {
    /// Every shape, the usual one first.
    pub const ALL: [Self; 2] = [Self::Csv, Self::Json];

    /// Reads a shape from a form. Nothing is guessed.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        Self::ALL.into_iter().find(|format| format.key() == typed).ok_or_else(|| "Choose CSV or JSON.".into())
    }

    /// As it is posted, and as the end of a file's name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// As it is shown.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Json => "JSON",
        }
    }

    /// What it is for, in a line.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Csv => "For a spreadsheet: Excel, Numbers, LibreOffice.",
            Self::Json => "For a program.",
        }
    }

    /// As it is called to a browser.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

/// A cell that a spreadsheet takes for text, and not for a formula (ORG-12): what begins like one gets an
/// apostrophe in front. The wide forms of the signs are signs to some spreadsheets.
pub fn harmless(cell: &str) -> Cow<'_, str> {
    const SIGNS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    // What is before it may be dropped when the file is read.
    let shown = cell.trim_start_matches([' ', '\u{a0}', '\u{feff}']);
    if shown.starts_with(SIGNS) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_is_read_to_the_letter() {
        for format in ExportFormat::ALL {
            assert_eq!(ExportFormat::parse(format.key()), Ok(format));
        }
        for typed in ["", "CSV", "csv ", "xlsx"] {
            assert!(ExportFormat::parse(typed).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u{feff}=1", "＝1", "＠x"] {
            assert_eq!(harmless(cell), format!("'{cell}"), "{cell:?}");
        }
        for cell in ["", "ada", "a=b", "'tis", "grace@example.org", "Zoë"] {
            assert_eq!(harmless(cell), cell);
        }
    }
}
