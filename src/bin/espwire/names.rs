//! Words of the command line that stand for something in the library.

use crate::args::{ConnectArgs, HeaderArgs};
use espwire::chip::Chip;
use espwire::image::{HeaderPatch, Region, SizePatch};
use espwire::session::{After, Before, StubPolicy};
use espwire::stub::Image;
use std::error::Error;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The chip that was named; `None` for `auto`.
pub fn chip(args: &ConnectArgs) -> Result<Option<&'static Chip>> {
    if args.chip.eq_ignore_ascii_case("auto") {
        return Ok(None);
    }
    Ok(Some(args.chip.parse()?))
}

/// The reset before: a name, or a sequence.
pub fn before(args: &ConnectArgs) -> Result<Before> {
    Ok(args.before.parse()?)
}

/// Which stub takes over, if any.
pub fn stub(args: &ConnectArgs) -> Result<StubPolicy> {
    Ok(match &args.stub {
        Some(file) => StubPolicy::Image(Image::from_file(file)?),
        None if args.no_stub => StubPolicy::Off,
        None => StubPolicy::Auto,
    })
}

/// The reset after.
pub fn after(args: &ConnectArgs) -> Result<After> {
    Ok(args.after.parse()?)
}

/// What an image's header shall say.
pub fn header(args: &HeaderArgs) -> Result<HeaderPatch> {
    let keep = |word: &str| word.eq_ignore_ascii_case("keep");
    Ok(HeaderPatch {
        mode: match args.flash_mode.as_str() {
            word if keep(word) => None,
            word => Some(word.parse()?),
        },
        frequency: match args.flash_freq.as_str() {
            word if keep(word) => None,
            word => Some(word.parse()?),
        },
        size: match args.flash_size.as_str() {
            word if keep(word) => SizePatch::Keep,
            word if word.eq_ignore_ascii_case("detect") => SizePatch::Detect,
            word => SizePatch::Set(word.parse()?),
        },
    })
}

/// Pairs of address and file.
pub fn regions(words: &[String], patch: HeaderPatch) -> Result<Vec<Region<'static>>> {
    let mut regions = Vec::new();
    for pair in words.chunks(2) {
        let [address, file] = pair else {
            return Err(format!(
                "the address {} has no file: write pairs of address and file",
                pair.join(" ")
            )
            .into());
        };
        let address = crate::args::number(address)
            .map_err(|error| format!("{error}; write pairs of address and file"))?;
        regions.push(Region::from_file(address, file)?.patched(patch));
    }
    Ok(regions)
}
