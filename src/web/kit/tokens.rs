//! The words of `tokens.css`, read from the style sheet itself: what the page shows is what is served.

/// A colour with its two faces, as the style sheet writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colour {
    /// Its name, without the dashes before it.
    pub name: String,
    /// On a light page.
    pub light: String,
    /// On a dark page.
    pub dark: String,
}

/// Anything else that has a name: a space, a size, a radius.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Its name, without the dashes before it.
    pub name: String,
    /// As the style sheet writes it.
    pub value: String,
}

/// What is on what, and how far apart they must be: 4.5 for text, 3 for lines that must be seen (WCAG 1.4.3
/// and 1.4.11).
pub const PAIRS: [(&str, &str, f64); 32] = [
    ("ink", "ground", 4.5),
    ("ink", "surface", 4.5),
    ("ink", "raised", 4.5),
    ("ink", "sunken", 4.5),
    ("ink", "hover", 4.5),
    ("ink", "accent-soft", 4.5),
    ("ink", "bad-soft", 4.5),
    ("ink", "good-soft", 4.5),
    ("ink", "warn-soft", 4.5),
    ("ink-soft", "ground", 4.5),
    ("ink-soft", "surface", 4.5),
    ("ink-soft", "sunken", 4.5),
    ("ink-soft", "hover", 4.5),
    ("ink-soft", "accent-soft", 4.5),
    ("ink-faint", "ground", 4.5),
    ("ink-faint", "surface", 4.5),
    ("ink-faint", "raised", 4.5),
    ("accent-ink", "ground", 4.5),
    ("accent-ink", "surface", 4.5),
    ("accent-ink", "sunken", 4.5),
    ("accent-ink", "accent-soft", 4.5),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-firm", 4.5),
    ("bad-ink", "surface", 4.5),
    ("bad-ink", "bad-soft", 4.5),
    ("on-bad", "bad", 4.5),
    ("on-bad", "bad-firm", 4.5),
    ("good-ink", "good-soft", 4.5),
    ("warn-ink", "warn-soft", 4.5),
    ("on-plastic-soft", "plastic-far", 4.5),
    ("control", "surface", 3.0),
    ("accent", "surface", 3.0),
];

/// Every colour with a light and a dark face, the first time it is named: later ones are for people who wish for
/// more contrast.
pub fn colours(style: &str) -> Vec<Colour> {
    let mut colours: Vec<Colour> = Vec::new();
    for Measure { name, value } in declared(style) {
        let Some((light, dark)) = faces(&value) else { continue };
        if !light.contains("oklch") && !colours.iter().any(|known| known.name == name) {
            colours.push(Colour { name, light, dark });
        }
    }
    colours
}

/// Every measure whose name begins so, the first time it is named.
pub fn measures(style: &str, begins: &str) -> Vec<Measure> {
    let mut measures: Vec<Measure> = Vec::new();
    for measure in declared(style).filter(|measure| measure.name.starts_with(begins)) {
        if !measures.iter().any(|known| known.name == measure.name) {
            measures.push(measure);
        }
    }
    measures
}

/// How far apart two colours are, from 1 to 21 (WCAG); nothing where one of them is not written in hexadecimal.
pub fn contrast(one: &str, other: &str) -> Option<f64> {
    let (one, other) = (luminance(one)?, luminance(other)?);
    Some((one.max(other) + 0.05) / (one.min(other) + 0.05))
}

fn declared(style: &str) -> impl Iterator<Item = Measure> {
    style.split([';', '{', '}']).filter_map(|line| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(':')?;
        Some(Measure { name: name.trim().to_owned(), value: value.trim().to_owned() })
    })
}

fn faces(value: &str) -> Option<(String, String)> {
    let inside = value.strip_prefix("light-dark(")?.strip_suffix(')')?;
    // The comma between the two, not one inside a colour: those are written without.
    let (light, dark) = inside.split_once(',')?;
    Some((light.trim().to_owned(), dark.trim().to_owned()))
}

fn luminance(colour: &str) -> Option<f64> {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let part = |from: usize| {
        let part = f64::from(u8::from_str_radix(digits.get(from..from + 2)?, 16).ok()?) / 255.0;
        Some(if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) })
    };
    Some(0.2126 * part(0)? + 0.7152 * part(2)? + 0.0722 * part(4)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: &str = include_str!("../../../static/css/tokens.css");

    #[test]
    fn contrast_is_what_it_is_defined_to_be() {
        assert_eq!(contrast("#ffffff", "#000000"), Some(21.0));
        assert_eq!(contrast("#4353d3", "#4353d3"), Some(1.0));
        let grey = contrast("#767676", "#ffffff").unwrap();
        assert!((4.54..4.55).contains(&grey), "{grey}");
        assert_eq!(contrast("rgb(0 0 0 / .3)", "#ffffff"), None);
    }

    #[test]
    fn what_stands_on_something_can_be_told_from_it() {
        let colours = colours(STYLE);
        let named = |name: &str| colours.iter().find(|colour| colour.name == name).unwrap_or_else(|| panic!("{name}"));
        let mut wrong = Vec::new();
        for (text, ground, least) in PAIRS {
            let (text, ground) = (named(text), named(ground));
            for (face, one, other) in [("light", &text.light, &ground.light), ("dark", &text.dark, &ground.dark)] {
                let contrast = contrast(one, other).unwrap();
                if contrast < least {
                    wrong.push(format!("{} on {}, {face}: {contrast:.2}", text.name, ground.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    /// A person who wishes for more contrast gets 7 to 1 where there were 4.5, and 4.5 where there were 3.
    #[test]
    fn who_wishes_for_more_contrast_gets_it() {
        let (ordinary, more) = STYLE.split_once("prefers-contrast: more").unwrap();
        let (ordinary, more) = (colours(ordinary), colours(more));
        let named = |name: &str| more.iter().chain(&ordinary).find(|colour| colour.name == name).unwrap();
        let mut wrong = Vec::new();
        for (text, ground, least) in PAIRS.into_iter().filter(|(text, ..)| !text.contains("plastic")) {
            let (text, ground) = (named(text), named(ground));
            for (face, one, other) in [("light", &text.light, &ground.light), ("dark", &text.dark, &ground.dark)] {
                let contrast = contrast(one, other).unwrap();
                if text.name != "accent" && contrast < if least < 4.0 { 4.5 } else { 7.0 } {
                    wrong.push(format!("{} on {}, {face}: {contrast:.2}", text.name, ground.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn the_style_sheet_is_read_as_it_stands() {
        let colours = colours(
            ":root { --ink: light-dark(#18181c, #ededf1); --none: transparent; } @media x { :root { --ink: light-dark(#000000, #ffffff) } }",
        );
        assert_eq!(colours, [Colour { name: "ink".into(), light: "#18181c".into(), dark: "#ededf1".into() }]);
        let spaces = measures("--space-1: .25rem;\n--space-2: .5rem;", "space-");
        assert_eq!(spaces.iter().map(|space| space.value.as_str()).collect::<Vec<_>>(), [".25rem", ".5rem"]);
    }
}
