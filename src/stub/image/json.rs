//! Images in the form of the files that esptool ships: a JSON object with
//! `entry`, `text` and `text_start`, and `data` and `data_start` where there is
//! any; bytes in base64.

use super::{Image, Origin, Piece};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::collections::HashMap;
use std::path::Path;
use tinyjson::JsonValue;

/// A file that is no stub image.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageFileError {
    /// It cannot be read.
    #[error("cannot read {name}: {source}")]
    Unreadable {
        /// Its path.
        name: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is no JSON object.
    #[error("{name} is no stub image: {source}")]
    NoJson {
        /// Its path.
        name: String,
        /// What is wrong with it.
        source: tinyjson::JsonParseError,
    },
    /// A field is missing or has no value that makes sense.
    #[error("{name} is no stub image: {field} {what}")]
    Field {
        /// Its path.
        name: String,
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// No chip has more RAM for a stub.
const LONGEST: usize = 1 << 20;

impl Image {
    /// Reads an image from a file in esptool's form.
    ///
    /// # Errors
    /// [`ImageFileError`].
    pub fn from_file(path: &Path) -> Result<Self, ImageFileError> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::from_json(name, &text),
            Err(source) => Err(ImageFileError::Unreadable { name, source }),
        }
    }

    /// Makes an image of a file's text. Unknown fields are passed over.
    ///
    /// # Errors
    /// [`ImageFileError`].
    pub fn from_json(name: String, text: &str) -> Result<Self, ImageFileError> {
        let value: JsonValue = match text.parse() {
            Ok(value) => value,
            Err(source) => return Err(ImageFileError::NoJson { name, source }),
        };
        let none = HashMap::new();
        match pieces(value.get().unwrap_or(&none)) {
            Ok((entry, pieces)) => Ok(Self {
                name: name.into(),
                origin: Origin::Elsewhere,
                entry,
                pieces,
            }),
            Err((field, what)) => Err(ImageFileError::Field { name, field, what }),
        }
    }
}

type Fields = HashMap<String, JsonValue>;

/// A field, and what is wrong with it.
type Wrong = (&'static str, &'static str);

fn pieces(fields: &Fields) -> Result<(u32, Vec<Piece>), Wrong> {
    let entry = word(fields, "entry")?;
    let mut pieces = vec![piece(fields, "text", "text_start")?];
    if fields.contains_key("data") {
        pieces.push(piece(fields, "data", "data_start")?);
    }
    Ok((entry, pieces))
}

fn piece(fields: &Fields, bytes: &'static str, start: &'static str) -> Result<Piece, Wrong> {
    let text = fields.get(bytes).and_then(JsonValue::get::<String>);
    let text = text.ok_or((bytes, "is missing"))?;
    let decoded = BASE64_STANDARD.decode(text);
    let decoded = decoded.map_err(|_| (bytes, "is no base64"))?;
    if decoded.is_empty() || decoded.len() > LONGEST {
        return Err((bytes, "is empty, or too long for any chip"));
    }
    let address = word(fields, start)?;
    if address % 4 != 0 {
        return Err((start, "is no multiple of 4"));
    }
    Ok(Piece {
        address,
        bytes: decoded.into(),
    })
}

fn word(fields: &Fields, name: &'static str) -> Result<u32, Wrong> {
    let value = fields.get(name).and_then(JsonValue::get::<f64>);
    let value = *value.ok_or((name, "is missing, or no number"))?;
    // Whole numbers of 32 bits are exact.
    let text = value.to_string();
    text.parse().map_err(|_| (name, "is no address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"entry": 1077413586, "text": "AQIDBAU=", "text_start": 1077411840,
        "data": "wNs=", "data_start": 1070164920, "bss_start": 1070088192, "more": [1]}"#;

    #[test]
    fn text_and_data() {
        let image = Image::from_json("a.json".into(), TEXT).unwrap();
        let piece = |address, bytes: &'static [u8]| Piece {
            address,
            bytes: bytes.into(),
        };
        let expected = Image {
            name: "a.json".into(),
            origin: Origin::Elsewhere,
            entry: 0x4038_06d2,
            pieces: vec![
                piece(0x4038_0000, &[1, 2, 3, 4, 5]),
                piece(0x3fc9_6bb8, &[0xc0, 0xdb]),
            ],
        };
        assert_eq!(image, expected);
        assert_eq!(image.len(), 7);
    }

    #[test]
    fn data_may_be_missing() {
        let text = TEXT.replace("data\"", "other\"");
        let image = Image::from_json(String::new(), &text).unwrap();
        assert_eq!(image.pieces.len(), 1);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (from, to, expected) in [
            ("{", "[", "expected"),
            ("1077413586", "\"x\"", "entry is missing, or no number"),
            ("1077413586", "4294967296", "entry is no address"),
            ("1077413586", "-1", "entry is no address"),
            ("1077413586", "1.5", "entry is no address"),
            ("AQIDBAU=", "AQ!!", "text is no base64"),
            ("AQIDBAU=", "", "text is empty"),
            ("\"text\"", "\"txt\"", "text is missing"),
            ("1077411840", "1077411841", "text_start is no multiple of 4"),
            ("\"data_start\"", "\"d\"", "data_start is missing"),
        ] {
            let text = TEXT.replacen(from, to, 1);
            let error = Image::from_json("a.json".into(), &text).unwrap_err();
            let error = error.to_string();
            assert!(error.starts_with("a.json is no stub image: "), "{error}");
            assert!(error.contains(expected), "{error}");
        }
        let error = Image::from_file(Path::new("no/such/file")).unwrap_err();
        assert!(error.to_string().starts_with("cannot read no/such/file"));
    }
}
