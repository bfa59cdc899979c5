//! Long lists, a page at a time, by key and never by offset: each page costs the same, and none
//! skips or repeats a row because another came or went.

use chrono::{DateTime, Datelike, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// Rows on a page.
pub const PAGE: usize = 50;

/// Where a page begins: behind the row with this time and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The row's time.
    pub at: DateTime<Utc>,
    /// The row's id, which tells rows of the same time apart.
    pub id: Uuid,
}

impl Cursor {
    /// Before every row: later than anything that has happened. A list from its beginning asks as one from a place does,
    /// so that both are one statement, which goes by its index.
    pub fn before_all() -> Self {
        Self { at: far(), id: Uuid::max() }
    }

    /// As it stands in an address.
    pub fn written(self) -> String {
        format!("{}-{}", self.at.timestamp_micros(), self.id.simple())
    }

    /// Reads what stands in an address; nonsense is none, and so is a time that no row can have: the
    /// database knows fewer years than a number can name (DOS-03).
    pub fn read(text: &str) -> Option<Self> {
        let (micros, id) = text.rsplit_once('-')?;
        let at = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
        let at = Some(at).filter(|at| (1970..10_000).contains(&at.year()))?;
        Some(Self { at, id: Uuid::try_parse(id).ok()? })
    }
}

/// Later than anything that has happened.
pub fn far() -> DateTime<Utc> {
    DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::UNIX_EPOCH)
}

/// The part of an address that says which page is asked for. What cannot be read is the first page.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    after: Option<String>,
}

impl Asked {
    /// Where the page begins, unless at the beginning.
    pub fn after(&self) -> Option<Cursor> {
        Cursor::read(self.after.as_deref()?)
    }
}

/// One row more than a page holds was asked for: whether there is a next page, and where it begins.
pub fn cut<T>(rows: &mut Vec<T>, cursor: impl Fn(&T) -> Cursor) -> Option<Cursor> {
    cut_at(rows, PAGE, cursor)
}

/// The same for pages of another length.
pub fn cut_at<T>(rows: &mut Vec<T>, length: usize, cursor: impl Fn(&T) -> Cursor) -> Option<Cursor> {
    if rows.len() <= length {
        return None;
    }
    rows.truncate(length);
    rows.last().map(cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nonsense_is_the_first_page() {
        let cursor = Cursor { at: DateTime::from_timestamp_micros(1_764_000_000_123_456).unwrap(), id: Uuid::now_v7() };
        assert_eq!(Cursor::read(&cursor.written()), Some(cursor));
        for nonsense in [
            "",
            "-",
            "0",
            "-1",
            "1e9-x",
            "abc-abc",
            "99999999999999999999-00000000000000000000000000000000",
            "-6300000000000000000-00000000000000000000000000000000",
            "8210266876799999999-00000000000000000000000000000000",
        ] {
            assert_eq!(Cursor::read(nonsense), None, "{nonsense}");
        }
    }
}
