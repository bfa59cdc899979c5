//! Rows, as a spreadsheet or a program reads them.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::rules::harmless;
use crate::db::DbError;

/// What says to a spreadsheet that the file is UTF-8.
const MARK: &str = "\u{feff}";

/// A row: what is in each column.
pub type SheetRow = Vec<Value>;

/// The names of columns, and how many of them, from the left, a spreadsheet shows.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    /// All.
    pub names: &'static [&'static str],
    /// How many of them are plain.
    pub plain: usize,
}

impl Columns {
    /// Columns that are all plain.
    pub const fn plain(names: &'static [&'static str]) -> Self {
        Self { names, plain: names.len() }
    }
}

/// A row of JSON, with the names in the order of the columns.
struct Named<'a>(Columns, &'a SheetRow);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.names.iter().zip(self.1))
    }
}

/// Adds a value as JSON.
pub fn json(value: &impl Serialize, to: &mut Vec<u8>) -> Result<(), DbError> {
    serde_json::to_writer(to, value).map_err(|error| DbError::Internal(error.to_string()))
}

/// Adds rows as JSON, each on a line of its own. `is_first` is whether none is before them.
pub fn json_rows(columns: Columns, rows: &[SheetRow], is_first: bool, to: &mut Vec<u8>) -> Result<(), DbError> {
    for (at, row) in rows.iter().enumerate() {
        to.extend(if is_first && at == 0 { "\n" } else { ",\n" }.as_bytes());
        json(&Named(columns, row), to)?;
    }
    Ok(())
}

/// Adds rows as RFC 4180 says, below a row of names where none is before them.
pub fn csv_rows(columns: Columns, rows: &[SheetRow], is_first: bool, to: &mut Vec<u8>) -> Result<(), DbError> {
    let broken = |error: &dyn std::error::Error| DbError::Internal(error.to_string());
    let mut sheet = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if is_first {
        to.extend(MARK.as_bytes());
        sheet.write_record(columns.names.iter().take(columns.plain)).map_err(|error| broken(&error))?;
    }
    for row in rows {
        sheet.write_record(row.iter().take(columns.plain).map(cell)).map_err(|error| broken(&error))?;
    }
    to.extend(sheet.into_inner().map_err(|error| broken(&error))?);
    Ok(())
}

/// What a cell of a spreadsheet says.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => harmless(text).into_owned(),
        other => harmless(&other.to_string()).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const COLUMNS: Columns = Columns { names: &["who", "what", "details"], plain: 2 };

    fn rows() -> Vec<SheetRow> {
        vec![vec![json!("ada"), json!("a \"b\",\r\nc"), json!({"n": 1})], vec![json!("=1"), Value::Null, Value::Null]]
    }

    #[test]
    fn a_spreadsheet_reads_each_cell_as_it_was() {
        let mut written = Vec::new();
        csv_rows(COLUMNS, &rows(), true, &mut written).unwrap();
        csv_rows(COLUMNS, &[vec![json!(true), json!(7)]], false, &mut written).unwrap();
        let expected = "\u{feff}who,what\r\nada,\"a \"\"b\"\",\r\nc\"\r\n'=1,\r\nyes,7\r\n";
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }

    #[test]
    fn a_program_reads_each_row_in_the_order_of_the_columns() {
        let mut written = Vec::new();
        json_rows(COLUMNS, &rows(), true, &mut written).unwrap();
        json_rows(COLUMNS, &[vec![json!(true)]], false, &mut written).unwrap();
        let expected = "\n{\"who\":\"ada\",\"what\":\"a \\\"b\\\",\\r\\nc\",\"details\":{\"n\":1}},\n\
                        {\"who\":\"=1\",\"what\":null,\"details\":null},\n{\"who\":true}";
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }
}
