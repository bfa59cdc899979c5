//! Pictures for the demonstration, drawn by a few lines of code: a face for a person, a cogwheel for an
//! organization.

use std::f32::consts::TAU;
use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// The side of a drawing, in pixels.
const SIDE: u32 = 512;

type Colour = [f32; 3];

const SKY: Colour = [250.0, 214.0, 165.0];
const EVENING: Colour = [226.0, 125.0, 96.0];
const HAIR: Colour = [66.0, 44.0, 52.0];
const SKIN: Colour = [243.0, 205.0, 178.0];
const DRESS: Colour = [65.0, 90.0, 119.0];
const DEEP: Colour = [18.0, 53.0, 64.0];
const TEAL: Colour = [24.0, 92.0, 98.0];
const BRASS: Colour = [232.0, 183.0, 84.0];

/// What is drawn.
#[derive(Clone, Copy, Debug)]
pub enum Drawing {
    /// Somebody's portrait.
    Face,
    /// A part of a machine.
    Cogwheel,
}

impl Drawing {
    /// As a file that somebody would choose.
    pub fn file(self) -> Result<Vec<u8>, image::ImageError> {
        let drawn = RgbImage::from_fn(SIDE, SIDE, |x, y| {
            // Each from -1 to 1, so that a circle is a circle in any size.
            let [x, y] = [x, y].map(|at| (at as f32 + 0.5) / (SIDE as f32 / 2.0) - 1.0);
            let colour = match self {
                Self::Face => face(x, y),
                Self::Cogwheel => cogwheel(x, y),
            };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 255")]
            Rgb(colour.map(|value| value.clamp(0.0, 255.0) as u8))
        });
        let mut file = Cursor::new(Vec::new());
        drawn.write_to(&mut file, ImageFormat::Png)?;
        Ok(file.into_inner())
    }
}

/// One colour over another, as far as a shape covers the spot: inside it the distance is below nothing.
fn over(under: Colour, colour: Colour, distance: f32) -> Colour {
    let covered = (0.5 - distance * (SIDE as f32 / 2.0)).clamp(0.0, 1.0);
    std::array::from_fn(|at| under[at] + (colour[at] - under[at]) * covered)
}

fn oval(x: f32, y: f32, at: (f32, f32), size: (f32, f32)) -> f32 {
    (((x - at.0) / size.0).hypot((y - at.1) / size.1) - 1.0) * size.0.min(size.1)
}

fn face(x: f32, y: f32) -> Colour {
    let ground = std::array::from_fn(|at| SKY[at] + (EVENING[at] - SKY[at]) * (y + 1.0) / 2.0);
    let ground = over(ground, HAIR, oval(x, y, (0.0, -0.16), (0.5, 0.58)));
    let ground = over(ground, DRESS, oval(x, y, (0.0, 1.12), (0.86, 0.72)));
    let ground = over(ground, SKIN, oval(x, y, (0.0, 0.34), (0.17, 0.26)));
    let ground = over(ground, SKIN, oval(x, y, (0.0, -0.06), (0.35, 0.44)));
    let parted = oval(x, y, (-0.28, -0.5), (0.42, 0.3)).min(oval(x, y, (0.3, -0.5), (0.4, 0.28)));
    over(ground, HAIR, parted)
}

fn cogwheel(x: f32, y: f32) -> Colour {
    let ground = std::array::from_fn(|at| TEAL[at] + (DEEP[at] - TEAL[at]) * (x + y + 2.0) / 4.0);
    let (far, turn) = (x.hypot(y), y.atan2(x) / TAU * 12.0);
    // Twelve teeth, with flanks that are a little sloped.
    let tooth = ((turn - turn.floor() - 0.5).abs() - 0.25) * 0.5;
    let rim = (far - 0.58).min((far - 0.74).max(tooth));
    let ground = over(ground, BRASS, rim);
    let ground = over(ground, DEEP, far - 0.34);
    over(ground, BRASS, far - 0.14)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::rules::Image;

    #[test]
    fn the_drawings_can_be_uploaded() {
        for drawing in [Drawing::Face, Drawing::Cogwheel] {
            assert!(Image::read(&drawing.file().unwrap()).is_ok(), "{drawing:?}");
        }
    }
}
