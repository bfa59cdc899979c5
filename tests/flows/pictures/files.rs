//! Files that people choose, and files that nobody should.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

pub const RED: Rgb<u8> = Rgb([220, 30, 40]);
pub const BLUE: Rgb<u8> = Rgb([30, 60, 220]);
pub const GREEN: Rgb<u8> = Rgb([20, 160, 60]);

/// A picture of one colour.
pub fn plain(colour: Rgb<u8>, width: u32, height: u32) -> DynamicImage {
    RgbImage::from_pixel(width, height, colour).into()
}

/// A picture of two colours, side by side.
pub fn halves(left: Rgb<u8>, right: Rgb<u8>, width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { left } else { right }).into()
}

/// A picture of which no two spots are alike: the hardest to keep small.
pub fn noise(side: u32) -> DynamicImage {
    let mut state = 0x9e37_79b9_u32;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 24) as u8
    };
    RgbImage::from_fn(side, side, |_, _| Rgb([next(), next(), next()])).into()
}

/// A picture as a file.
pub fn file(picture: &DynamicImage, kind: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, kind).unwrap();
    file.into_inner()
}

/// A chunk of a PNG.
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let told = [kind.as_slice(), data].concat();
    let mut crc = flate2::Crc::new();
    crc.update(&told);
    [length.as_slice(), &told, &crc.sum().to_be_bytes()].concat()
}

/// A PNG that says it has this size, with so many bytes of nothing in it.
pub fn claimed(width: u32, height: u32, bytes: usize) -> Vec<u8> {
    let head = [width.to_be_bytes().as_slice(), &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let mut nothing = ZlibEncoder::new(Vec::new(), Compression::best());
    let block = vec![0; 1 << 20];
    let mut left = bytes;
    while left > 0 {
        let some = left.min(block.len());
        nothing.write_all(&block[..some]).unwrap();
        left -= some;
    }
    let signature = b"\x89PNG\r\n\x1a\n".as_slice();
    [signature, &chunk(b"IHDR", &head), &chunk(b"IDAT", &nothing.finish().unwrap()), &chunk(b"IEND", b"")].concat()
}

/// A PNG with words in it and behind it.
pub fn with_words(picture: &DynamicImage, words: &str) -> Vec<u8> {
    let png = file(picture, ImageFormat::Png);
    let text = chunk(b"tEXt", format!("Comment\0{words}").as_bytes());
    // Behind the signature and the head.
    let (head, rest) = png.split_at(33);
    [head, &text, rest, words.as_bytes()].concat()
}

/// A JPEG that says beside the picture how it lies, where it was taken, and with what.
pub fn photo(picture: &DynamicImage, orientation: u8, place: &str, camera: &str) -> Vec<u8> {
    let jpeg = file(picture, ImageFormat::Jpeg);
    let mut tiff: Vec<u8> = Vec::from(b"MM\0*\0\0\0\x08".as_slice());
    let entry = |tag: u16, kind: u16, count: usize, value: [u8; 4]| {
        let count = u32::try_from(count).unwrap().to_be_bytes();
        [tag.to_be_bytes().as_slice(), &kind.to_be_bytes(), &count, &value].concat()
    };
    let at = |offset: usize| u32::try_from(offset).unwrap().to_be_bytes();
    let camera_at = 8 + 2 + 3 * 12 + 4;
    let gps_at = camera_at + camera.len() + 1;
    let place_at = gps_at + 2 + 12 + 4;
    tiff.extend_from_slice(&3_u16.to_be_bytes());
    tiff.extend(entry(0x0110, 2, camera.len() + 1, at(camera_at)));
    tiff.extend(entry(0x0112, 3, 1, [0, orientation, 0, 0]));
    tiff.extend(entry(0x8825, 4, 1, at(gps_at)));
    tiff.extend_from_slice(&[0; 4]);
    tiff.extend_from_slice(camera.as_bytes());
    tiff.push(0);
    tiff.extend_from_slice(&1_u16.to_be_bytes());
    // The name of the area: where it was, in words.
    tiff.extend(entry(0x001c, 7, place.len(), at(place_at)));
    tiff.extend_from_slice(&[0; 4]);
    tiff.extend_from_slice(place.as_bytes());
    let told = [b"Exif\0\0".as_slice(), &tiff].concat();
    let length = u16::try_from(told.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], [0xff, 0xe1].as_slice(), &length, &told, &jpeg[2..]].concat()
}

/// A GIF that moves from one colour to the next.
pub fn moving(colours: &[Rgb<u8>], side: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let frames =
        colours.iter().map(|Rgb([r, g, b])| Frame::new(RgbaImage::from_pixel(side, side, Rgba([*r, *g, *b, 255]))));
    GifEncoder::new(&mut file).encode_frames(frames).unwrap();
    file
}

/// A JPEG that says it has the largest size there is.
pub fn huge_jpeg() -> Vec<u8> {
    let mut jpeg = file(&plain(RED, 64, 64), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|mark| mark == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    jpeg
}
