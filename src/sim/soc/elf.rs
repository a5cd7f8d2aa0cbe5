//! ELF files, as far as a ROM or a test program needs it: what goes where, and
//! what is called how.
//!
//! Source: "Tool Interface Standard (TIS) Executable and Linking Format",
//! version 1.2. A file is taken to be hostile: whatever is out of bounds ends
//! in an error or is left out, and nothing is looked at twice.

/// A 32-bit little-endian ELF file.
#[derive(Clone, Debug)]
pub struct Elf<'a> {
    file: &'a [u8],
    /// Where it begins.
    pub entry: u32,
    /// Which processor it is for (`e_machine`).
    pub machine: u16,
    sections: Vec<Header>,
    names: &'a [u8],
}

/// `e_machine` of Xtensa and RISC-V.
pub const XTENSA: u16 = 94;
/// See [`XTENSA`].
pub const RISC_V: u16 = 243;

/// Why a file cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ElfError {
    /// It does not begin as an ELF file does.
    #[error("not an ELF file")]
    NoElf,
    /// It is for 64 bits, or big-endian.
    #[error("not a 32-bit little-endian ELF file")]
    OtherKind,
    /// Its tables reach beyond its end.
    #[error("the ELF file is cut short")]
    Truncated,
}

/// A piece of memory that a file has the content of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where it is while the program runs.
    pub address: u32,
    /// What is there.
    pub data: &'a [u8],
}

/// A name for an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol<'a> {
    /// The name.
    pub name: &'a str,
    /// The address.
    pub address: u32,
    /// Bytes that it stands for; 0 if nobody says.
    pub size: u32,
}

/// A section header.
#[derive(Clone, Copy, Debug)]
struct Header {
    name: u32,
    kind: u32,
    flags: u32,
    address: u32,
    offset: u32,
    size: u32,
    link: u32,
}

// Layout of the file header and of a section header, of a symbol.
const MAGIC: &[u8] = b"\x7fELF";
const CLASS_32_LITTLE_ENDIAN: &[u8] = &[1, 1];
const E_MACHINE: usize = 0x12;
const E_ENTRY: usize = 0x18;
const E_SHOFF: usize = 0x20;
const E_SHENTSIZE: usize = 0x2e;
const SECTION_HEADER: usize = 40;
const SYMBOL: usize = 16;

// Kinds of sections, and the flags of those that are in memory: variables of
// some ROMs are not said to be allocated, but to be writable.
const SHT_PROGBITS: u32 = 1;
const SHT_SYMTAB: u32 = 2;
const SHF_WRITE: u32 = 1;
const SHF_ALLOC: u32 = 2;

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes([bytes[0], bytes[1]]))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

fn piece(bytes: &[u8], at: u32, len: u32) -> Option<&[u8]> {
    bytes.get(at as usize..(at as usize).checked_add(len as usize)?)
}

/// The string that begins at an offset; empty if it is none.
fn string(bytes: &[u8], at: u32) -> &str {
    let rest = bytes.get(at as usize..).unwrap_or(&[]);
    let text = rest.split(|byte| *byte == 0).next().unwrap_or(&[]);
    std::str::from_utf8(text).unwrap_or("")
}

impl<'a> Elf<'a> {
    /// Reads the headers.
    ///
    /// # Errors
    /// It is no such file, or cut short.
    pub fn parse(file: &'a [u8]) -> Result<Self, ElfError> {
        if !file.starts_with(MAGIC) {
            return Err(ElfError::NoElf);
        }
        if file.get(4..6) != Some(CLASS_32_LITTLE_ENDIAN) {
            return Err(ElfError::OtherKind);
        }
        Self::headers(file).ok_or(ElfError::Truncated)
    }

    fn headers(file: &'a [u8]) -> Option<Self> {
        let table = file.get(word(file, E_SHOFF)? as usize..)?;
        let (size, count) = (half(file, E_SHENTSIZE)?, half(file, E_SHENTSIZE + 2)?);
        let names = half(file, E_SHENTSIZE + 4)?;
        if count > 0 && usize::from(size) < SECTION_HEADER {
            return None;
        }
        let sections: Option<Vec<Header>> = (0..usize::from(count))
            .map(|number| Header::read(table, number * usize::from(size)))
            .collect();
        let sections = sections?;
        let names = sections
            .get(usize::from(names))
            .and_then(|header| header.data(file))
            .unwrap_or(&[]);
        Some(Self {
            file,
            entry: word(file, E_ENTRY)?,
            machine: half(file, E_MACHINE)?,
            sections,
            names,
        })
    }

    /// What has to be in memory, in the order of the file.
    pub fn sections(&self) -> impl Iterator<Item = Section<'a>> {
        let (file, names) = (self.file, self.names);
        self.sections
            .iter()
            .filter(|header| {
                header.kind == SHT_PROGBITS && header.flags & (SHF_ALLOC | SHF_WRITE) != 0
            })
            .filter_map(move |header| {
                Some(Section {
                    name: string(names, header.name),
                    address: header.address,
                    data: header.data(file)?,
                })
            })
            .filter(|section| !section.data.is_empty())
    }

    /// All names, in the order of the file.
    pub fn symbols(&self) -> impl Iterator<Item = Symbol<'a>> {
        let file = self.file;
        let table = self.sections.iter().find(|it| it.kind == SHT_SYMTAB);
        let names = table
            .and_then(|table| self.sections.get(table.link as usize))
            .and_then(|header| header.data(file))
            .unwrap_or(&[]);
        let symbols = table.and_then(|table| table.data(file)).unwrap_or(&[]);
        symbols.chunks_exact(SYMBOL).filter_map(|symbol| {
            Some(Symbol {
                name: string(names, word(symbol, 0)?),
                address: word(symbol, 4)?,
                size: word(symbol, 8)?,
            })
        })
    }

    /// The address of a name.
    #[must_use]
    pub fn symbol(&self, name: &str) -> Option<u32> {
        let mut symbols = self.symbols();
        Some(symbols.find(|symbol| symbol.name == name)?.address)
    }
}

impl Header {
    fn read(table: &[u8], at: usize) -> Option<Self> {
        let field = |number: usize| word(table, at.checked_add(number * 4)?);
        Some(Self {
            name: field(0)?,
            kind: field(1)?,
            flags: field(2)?,
            address: field(3)?,
            offset: field(4)?,
            size: field(5)?,
            link: field(6)?,
        })
    }

    fn data<'a>(&self, file: &'a [u8]) -> Option<&'a [u8]> {
        piece(file, self.offset, self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with one section of code, one that is not in memory, and one
    /// symbol.
    fn sample() -> Vec<u8> {
        let names = b"\0.text\0.comment\0.symtab\0.strtab\0";
        let mut file = vec![0; 0x34];
        file[..6].copy_from_slice(b"\x7fELF\x01\x01");
        file[E_MACHINE] = 243;
        file[E_ENTRY..E_ENTRY + 4].copy_from_slice(&0x4000_0000_u32.to_le_bytes());
        file[E_SHENTSIZE..E_SHENTSIZE + 6].copy_from_slice(&[40, 0, 5, 0, 4, 0]);
        let mut headers = vec![0; 40];
        let mut add = |file: &mut Vec<u8>,
                       name: u32,
                       kind: u32,
                       flags: u32,
                       address: u32,
                       link: u32,
                       data: &[u8]| {
            let offset = u32::try_from(file.len()).unwrap();
            let len = u32::try_from(data.len()).unwrap();
            for field in [name, kind, flags, address, offset, len, link, 0, 0, 0] {
                headers.extend(field.to_le_bytes());
            }
            file.extend(data);
        };
        add(
            &mut file,
            1,
            SHT_PROGBITS,
            SHF_ALLOC | 4,
            0x4000_0000,
            0,
            b"code",
        );
        add(&mut file, 7, SHT_PROGBITS, 0, 0, 0, b"no");
        let mut symbol = [0; 16];
        symbol[0] = 1;
        symbol[4..8].copy_from_slice(&0x4000_0002_u32.to_le_bytes());
        symbol[8] = 2;
        add(&mut file, 16, SHT_SYMTAB, 0, 0, 4, &symbol);
        add(&mut file, 24, 3, 0, 0, 0, names);
        let table = u32::try_from(file.len()).unwrap();
        file[E_SHOFF..E_SHOFF + 4].copy_from_slice(&table.to_le_bytes());
        file.extend(headers);
        file
    }

    #[test]
    fn finds_sections_and_symbols() {
        let file = sample();
        let elf = Elf::parse(&file).unwrap();
        assert_eq!((elf.entry, elf.machine), (0x4000_0000, RISC_V));
        let text = Section {
            name: ".text",
            address: 0x4000_0000,
            data: b"code",
        };
        assert_eq!(elf.sections().collect::<Vec<_>>(), [text]);
        assert_eq!(elf.symbol(".text"), Some(0x4000_0002));
        assert_eq!(elf.symbol("other"), None);
        assert_eq!(elf.symbols().next().map(|symbol| symbol.size), Some(2));
    }

    #[test]
    fn says_what_is_wrong() {
        let mut file = sample();
        assert_eq!(Elf::parse(b"MZ").unwrap_err(), ElfError::NoElf);
        file[4] = 2;
        assert_eq!(Elf::parse(&file).unwrap_err(), ElfError::OtherKind);
    }

    #[test]
    fn any_length_is_survived() {
        let file = sample();
        let table = word(&file, E_SHOFF).unwrap() as usize;
        for len in 6..file.len() {
            match Elf::parse(&file[..len]) {
                Ok(elf) => {
                    assert!(len > table + 4 * SECTION_HEADER, "{len} bytes");
                    assert_eq!(elf.sections().count(), 1);
                }
                Err(error) => assert_eq!(error, ElfError::Truncated),
            }
        }
    }

    #[test]
    fn any_changed_byte_is_survived() {
        let file = sample();
        for at in 6..file.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut file = file.clone();
                file[at] = value;
                if let Ok(elf) = Elf::parse(&file) {
                    let _ = (elf.sections().count(), elf.symbols().count());
                }
            }
        }
    }
}
