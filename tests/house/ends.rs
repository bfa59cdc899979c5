//! Whoever asks whether a membership is in force asks the clock, too.

use crate::files::{files, none_of};

/// Where the row alone is asked: an index lists people by it, and each is judged by the clock when it is read.
const BY_THE_ROW: [&str; 2] = ["src/members/store/listing.rs", "src/members/store/listing/statement.rs"];

/// A membership whose last day is over is in force by its row until a worker has been there. So each question for
/// `is_in_force` stands beside one for `lasts`, or for `is_lasting`, which is stricter.
#[test]
fn no_access_is_given_past_the_last_day() {
    let mut wrong = Vec::new();
    let mut asked = 0;
    for file in files("src", &["rs"]) {
        if BY_THE_ROW.contains(&file.path.as_str()) || file.path == "src/schema.rs" {
            continue;
        }
        let lines: Vec<&str> = file.text.lines().map(str::trim).collect();
        let asks = |line: &str| line.contains("is_in_force") && !line.starts_with("//");
        for (number, line) in lines.iter().enumerate().filter(|(_, line)| asks(line)) {
            asked += 1;
            let beside = |line: &&str| line.contains("lasts(") || line.contains("is_lasting");
            if !lines[number..].iter().take(3).any(beside) {
                wrong.push(format!("{}:{}: {line}", file.path, number + 1));
            }
        }
    }
    assert!(asked > 10, "the questions are asked in other words now");
    none_of(&wrong);
}
