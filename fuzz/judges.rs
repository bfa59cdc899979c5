//! Whatever judges a text is given texts that nobody would type. It must answer, and soon: what a text costs is what
//! its length costs. Part of the unit tests, for it comes to what is private (src/app.rs).

#[path = "input.rs"]
mod input;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use input::{Values, text};

use super::cost::{cost, judges};

/// What a byte may cost, without optimization.
const OF_A_BYTE: Duration = Duration::from_micros(20);

/// What a text may cost however short it is.
const AT_LEAST: Duration = Duration::from_millis(150);

#[test]
fn no_text_stops_a_judge() {
    let judges = judges();
    let mut texts = 0;
    for text in Values::of(text()) {
        texts += 1;
        let bound = AT_LEAST + OF_A_BYTE * u32::try_from(text.len()).unwrap();
        for judge in &judges {
            let judged = catch_unwind(AssertUnwindSafe(|| {
                let first = cost(judge, &text, 1);
                // Whatever else the machine does can only add to it.
                if first < bound { first } else { cost(judge, &text, 5) }
            }));
            let cost = judged.unwrap_or_else(|_| panic!("{} panics at {text:?}", judge.0));
            assert!(cost < bound, "{} takes {cost:?} for {} bytes: {text:?}", judge.0, text.len());
        }
    }
    assert!(texts > 20, "only {texts} texts were judged");
}

#[test]
fn no_bytes_stop_the_reader_of_pictures() {
    use proptest::prelude::*;

    use crate::pictures::rules::Image;
    use image::{ImageFormat, RgbImage};

    let whole = |format| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        RgbImage::from_fn(48, 40, |x, y| image::Rgb([x.to_le_bytes()[0], y.to_le_bytes()[0], 7]))
            .write_to(&mut bytes, format)
            .unwrap();
        bytes.into_inner()
    };
    let formats = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif].map(whole);
    let damaged = (
        proptest::sample::select(formats.to_vec()),
        proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        any::<prop::sample::Index>(),
        any::<bool>(),
    );
    let damaged = damaged.prop_map(|(mut bytes, changes, end, is_cut)| {
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if is_cut {
            bytes.truncate(end.index(bytes.len()));
        }
        bytes
    });
    let (mut read, mut refused) = (0, 0);
    for bytes in Values::of(damaged) {
        match catch_unwind(|| Image::read(&bytes)) {
            Ok(Ok(_)) => read += 1,
            Ok(Err(_)) => refused += 1,
            Err(_) => panic!("this is no picture and panics: {bytes:?}"),
        }
    }
    assert!(read > 5 && refused > 5, "{read} pictures were read, {refused} refused");
}
