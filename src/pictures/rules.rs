//! What is a picture, and what becomes of it: a small square, drawn again.
//!
//! Whatever comes is judged by its content alone. Its size is read before anything is decoded, so that a few
//! kilobytes that would unfold to gigabytes cost nothing. What is kept is made of the pixels: the place where a
//! photo was taken, the name of the camera, the thumbnail of what was cropped away, and whatever hides behind or
//! between, is not in it.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{
    DynamicImage, ExtendedColorType, GenericImageView, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage,
};

/// The side of the square, in pixels: sharp where a picture is largest, also on screens with small dots.
pub const SIDE: u32 = 160;

/// No kept picture is larger, in bytes. The database holds the same.
pub const MOST: usize = 12 * 1024;

/// The most pixels: what a phone makes. One of them is worked on at a time, and takes a quarter of a gigabyte at
/// worst: a JPEG in several passes is kept in 16 bits a colour until the last of them.
const MOST_PIXELS: u64 = 24_000_000;

/// Nobody must be recognized on less, in pixels each way.
const LEAST_SIDE: u32 = 32;

/// A side from which on a picture is halved coarsely first: what a finer way would cost, nobody sees.
const COARSE_FROM: u32 = 4 * SIDE;

/// How well a JPEG is kept, the best first: the first that is small enough is taken.
const QUALITIES: [u8; 6] = [88, 80, 70, 55, 40, 20];

/// What a kept picture is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Without loss: drawings and logos.
    WebP,
    /// Photos.
    Jpeg,
}

/// A picture as it is kept: square, small, and nothing but pixels. There is no other way to one than by
/// [`Image::read`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    bytes: Vec<u8>,
    kind: Kind,
}

/// Why something is no picture for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureError {
    /// None of the kinds that are taken.
    UnknownKind,
    /// It cannot be decoded to its end.
    Damaged,
    /// More pixels than are taken.
    TooManyPixels,
    /// Too few to see anything.
    TooFewPixels,
}

impl PictureError {
    /// A sentence for the one who chose it.
    pub const fn told(self) -> &'static str {
        match self {
            Self::UnknownKind => "This is no picture that can be used here. Choose a JPEG, PNG, WebP or GIF.",
            Self::Damaged => {
                "This picture is damaged: it cannot be read to the end. Choose another one, or save it again."
            }
            Self::TooManyPixels => {
                "This picture has too many pixels: at most 24 million. Make it smaller, and choose it again."
            }
            Self::TooFewPixels => "This picture is too small. Choose one of at least 32 by 32 pixels.",
        }
    }
}

impl Image {
    /// Reads whatever somebody chose: takes the middle of it, upright, in our size.
    pub fn read(file: &[u8]) -> Result<Self, PictureError> {
        let kind = image::guess_format(file).map_err(|_| PictureError::UnknownKind)?;
        if !matches!(kind, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif) {
            return Err(PictureError::UnknownKind);
        }
        if kind == ImageFormat::Jpeg && !is_whole_jpeg(file) {
            return Err(PictureError::Damaged);
        }
        let mut reader = ImageReader::with_format(Cursor::new(file), kind);
        reader.limits(limits());
        let mut decoder = reader.into_decoder().map_err(|error| unfit(&error))?;
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > 4 * MOST_PIXELS {
            return Err(PictureError::TooManyPixels);
        }
        if width.min(height) < LEAST_SIDE {
            return Err(PictureError::TooFewPixels);
        }
        // What is written about the picture may be damaged where the picture is not.
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let whole = DynamicImage::from_decoder(decoder).map_err(|error| unfit(&error))?;
        let mut small = DynamicImage::ImageRgb8(square(&on_white(whole)));
        small.apply_orientation(orientation);
        Self::of(&small.into_rgb8()).ok_or(PictureError::Damaged)
    }

    /// Without loss if that is small enough; otherwise as well as it goes.
    fn of(pixels: &RgbImage) -> Option<Self> {
        let (width, height) = pixels.dimensions();
        let mut bytes = Vec::new();
        WebPEncoder::new_lossless(&mut bytes).encode(pixels, width, height, ExtendedColorType::Rgb8).ok()?;
        if bytes.len() <= MOST {
            return Some(Self { bytes, kind: Kind::WebP });
        }
        QUALITIES.iter().find_map(|quality| {
            let mut bytes = Vec::new();
            JpegEncoder::new_with_quality(&mut bytes, *quality).encode_image(pixels).ok()?;
            (bytes.len() <= MOST).then_some(Self { bytes, kind: Kind::Jpeg })
        })
    }

    /// As it is kept and sent.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it is called when it is sent.
    pub const fn media_type(&self) -> &'static str {
        match self.kind {
            Kind::WebP => "image/webp",
            Kind::Jpeg => "image/jpeg",
        }
    }

    /// The media type that is kept, as one of ours.
    pub fn known_media_type(kept: &str) -> &'static str {
        if kept == "image/webp" { "image/webp" } else { "image/jpeg" }
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(30_000);
    limits.max_image_height = Some(30_000);
    limits.max_alloc = Some(4 * MOST_PIXELS);
    limits
}

fn unfit(error: &image::ImageError) -> PictureError {
    match error {
        image::ImageError::Limits(_) => PictureError::TooManyPixels,
        _ => PictureError::Damaged,
    }
}

/// Whether a JPEG has its end. Its decoder draws what there is of one that broke off, and the rest grey.
fn is_whole_jpeg(file: &[u8]) -> bool {
    const SCAN: u8 = 0xda;
    let mut rest = file.get(2..).unwrap_or_default();
    loop {
        match *rest {
            // Any number of these fills the space between two segments.
            [0xff, 0xff, ..] => rest = &rest[1..],
            // The picture itself. In it, what looks like a mark is one.
            [0xff, SCAN, ..] => return rest.windows(2).any(|mark| mark == [0xff, 0xd9]),
            [0xff, _, high, low, ..] => {
                let length = usize::from(u16::from_be_bytes([high, low]));
                rest = rest.get(2 + length..).unwrap_or_default();
            }
            _ => return false,
        }
    }
}

/// Without transparency: the initials are behind a picture until it is there, and must not shine through.
fn on_white(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return picture;
    }
    let mut pixels = picture.into_rgba8();
    for pixel in pixels.pixels_mut() {
        let alpha = u16::from(pixel.0[3]);
        for colour in &mut pixel.0[..3] {
            let mixed = (u16::from(*colour) * alpha + 255 * (255 - alpha)) / 255;
            *colour = u8::try_from(mixed).unwrap_or(u8::MAX);
        }
        pixel.0[3] = u8::MAX;
    }
    DynamicImage::ImageRgba8(pixels)
}

/// The middle of a picture, in our size.
fn square(picture: &DynamicImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let side = width.min(height);
    let middle = imageops::crop_imm(picture, (width - side) / 2, (height - side) / 2, side, side);
    let small = if side >= COARSE_FROM {
        let halfway = imageops::thumbnail(&*middle, 2 * SIDE, 2 * SIDE);
        imageops::resize(&halfway, SIDE, SIDE, FilterType::CatmullRom)
    } else {
        imageops::resize(&*middle, SIDE, SIDE, FilterType::CatmullRom)
    };
    DynamicImage::ImageRgba8(small).into_rgb8()
}
