//! Both spellings: esptool 5 writes hyphens, older scripts underscores.

use std::ffi::OsString;

/// Short options of more than one letter, which esptool has and clap has not.
const LONG_FORMS: &[(&str, &str)] = &[
    ("-fm", "--flash-mode"),
    ("-ff", "--flash-freq"),
    ("-fs", "--flash-size"),
];

/// Rewrites option names to the spelling the parser knows; values, file names
/// and everything behind a lone `--` stay as they are.
pub fn normalise(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut options_end = false;
    arguments
        .map(|argument| {
            options_end |= argument == "--";
            match argument.to_str() {
                Some(text) if !options_end => option(text).map_or(argument, OsString::from),
                _ => argument,
            }
        })
        .collect()
}

fn option(text: &str) -> Option<String> {
    if let Some((_, long)) = LONG_FORMS.iter().find(|(short, _)| *short == text) {
        return Some((*long).to_owned());
    }
    let name = text.strip_prefix("--")?;
    Some(match name.split_once('=') {
        Some((name, value)) => format!("--{}={value}", name.replace('_', "-")),
        None => format!("--{}", name.replace('_', "-")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_option_names_change() {
        for (given, expected) in [
            ("--flash_mode dio", "--flash-mode dio"),
            ("--flash_mode=a_b", "--flash-mode=a_b"),
            (
                "-fm dio -ff 80m -fs 4MB",
                "--flash-mode dio --flash-freq 80m --flash-size 4MB",
            ),
            ("my_file.bin -p x", "my_file.bin -p x"),
            ("-- --my_file -fm", "-- --my_file -fm"),
        ] {
            let words = given.split(' ').map(OsString::from);
            assert_eq!(
                normalise(words),
                expected.split(' ').map(OsString::from).collect::<Vec<_>>()
            );
        }
    }
}
