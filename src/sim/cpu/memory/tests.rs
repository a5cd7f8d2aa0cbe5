use super::*;
use FaultKind::{Misaligned, ReadOnly, Unmapped};
use Rule::{Absent, Ram, RamWords, RamWordsReversed, Rom, RomLoses, RomWords};

/// What an access comes to, the fast way if it can be had.
fn load(memory: &Memory, address: u32, width: Width) -> Result<u32, Option<FaultKind>> {
    match memory.load(address, width) {
        Some(value) => Ok(value),
        None => outcome(memory.load_slowly(address, width)),
    }
}

fn store(
    memory: &mut Memory,
    address: u32,
    width: Width,
    value: u32,
) -> Result<(), Option<FaultKind>> {
    if memory.store(address, width, value).is_some() {
        return Ok(());
    }
    outcome(memory.store_slowly(address, width, value)).map(|_| ())
}

fn outcome(access: Access) -> Result<u32, Option<FaultKind>> {
    match access {
        Access::Done(value) => Ok(value),
        Access::Refused(kind) => Err(Some(kind)),
        Access::Elsewhere => Err(None),
    }
}

fn memory(rule: Rule) -> Memory {
    let mut memory = Memory::new();
    memory.add(0x1000, 0x1000, Ram).unwrap();
    memory.alias(0x8000, 0x1000, 0x1000, rule).unwrap();
    memory.poke(0x1000, &[1, 2, 3, 4, 5, 6, 7, 8]);
    memory
}

#[test]
fn every_rule_with_every_width() {
    use FaultKind::Width as W;
    let word = Ok(0x0403_0201);
    #[rustfmt::skip]
    let table = [
        // rule, loads of 1, 2, 4 bytes, of 4 bytes at 1, store of 1, 4 bytes
        (Ram, Ok(1), Ok(0x201), word, Ok(0x0504_0302), Ok(()), Ok(())),
        (Rom, Ok(1), Ok(0x201), word, Ok(0x0504_0302), Err(Some(ReadOnly)), Err(Some(ReadOnly))),
        (Absent, Ok(1), Ok(0x201), word, Ok(0x0504_0302), Err(Some(ReadOnly)), Err(Some(ReadOnly))),
        (RomLoses, Ok(1), Ok(0x201), word, Ok(0x0504_0302), Ok(()), Ok(())),
        (RamWords, Err(Some(W)), Err(Some(W)), word, Err(Some(Misaligned)), Err(Some(W)), Ok(())),
        (RomWords, Err(Some(W)), Err(Some(W)), word, Err(Some(Misaligned)), Err(Some(W)), Err(Some(ReadOnly))),
    ];
    for (rule, byte, half, word, askew, store_byte, store_word) in table {
        let mut memory = memory(rule);
        assert_eq!(load(&memory, 0x8000, Width::B1), byte, "{rule:?}");
        assert_eq!(load(&memory, 0x8000, Width::B2), half, "{rule:?}");
        assert_eq!(load(&memory, 0x8000, Width::B4), word, "{rule:?}");
        assert_eq!(load(&memory, 0x8001, Width::B4), askew, "{rule:?}");
        assert_eq!(
            store(&mut memory, 0x8004, Width::B1, 9),
            store_byte,
            "{rule:?}"
        );
        assert_eq!(
            store(&mut memory, 0x8000, Width::B4, 9),
            store_word,
            "{rule:?}"
        );
        let changed = matches!(rule, Ram | RamWords);
        let seen = if changed { 9 } else { 0x0403_0201 };
        assert_eq!(load(&memory, 0x1000, Width::B4), Ok(seen), "{rule:?}");
    }
}

#[test]
fn a_reversed_window_counts_words_backwards() {
    let mut memory = memory(RamWordsReversed);
    assert_eq!(load(&memory, 0x8ffc, Width::B4), Ok(0x0403_0201));
    assert_eq!(load(&memory, 0x8ff8, Width::B4), Ok(0x0807_0605));
    assert_eq!(
        load(&memory, 0x8ffc, Width::B1),
        Err(Some(FaultKind::Width))
    );
    store(&mut memory, 0x8000, Width::B4, 0xaabb_ccdd).unwrap();
    assert_eq!(load(&memory, 0x1ffc, Width::B4), Ok(0xaabb_ccdd));
    assert_eq!(
        memory.fetch(0x8ffa),
        Some(0x0201_0807 & 0xffff | 0x0201_0000)
    );
}

#[test]
fn fetches_from_every_half_word() {
    let memory = memory(RomWords);
    assert_eq!(memory.fetch(0x8000), Some(0x0403_0201));
    assert_eq!(memory.fetch(0x8002), Some(0x0605_0403));
    assert_eq!(memory.fetch(0x8ffe), Some(0));
    assert_eq!(memory.fetch(0x9000), None);
}

#[test]
fn nothing_is_where_nothing_was_mapped() {
    let mut memory = memory(Ram);
    for address in [0, 0xfff, 0x2000, 0x7fff, 0x9000, 0xffff_ffff] {
        assert_eq!(load(&memory, address, Width::B1), Err(None), "{address:#x}");
        assert_eq!(
            store(&mut memory, address, Width::B1, 0),
            Err(None),
            "{address:#x}"
        );
    }
    // Across the end.
    assert_eq!(load(&memory, 0x1ffe, Width::B4), Err(Some(Unmapped)));
    assert_eq!(
        store(&mut memory, 0x1ffe, Width::B4, 0),
        Err(Some(Unmapped))
    );
    assert_eq!(memory.peek(0x1ffe, 4), None);
    assert_eq!(memory.peek(0x1ffe, 2), Some(vec![0, 0]));
}

#[test]
fn layouts_that_cannot_be_are_refused() {
    let mut memory = memory(Ram);
    for (start, len) in [
        (0x1000, 0x1000),
        (0x4000, 0x800),
        (0x4800, 0x1000),
        (0, 0x2000),
        (0x4000, 0),
    ] {
        let refused = MapError { start, len };
        assert_eq!(
            memory.add(start, len, Ram),
            Err(refused),
            "{start:#x} {len:#x}"
        );
    }
    assert!(memory.add(0xffff_f000, 0x2000, Ram).is_err());
    assert!(memory.add(0xffff_f000, 0x1000, Ram).is_ok());
    assert!(
        memory.alias(0x4000, 0x2000, 0x1000, Ram).is_err(),
        "longer than what is there"
    );
    assert!(
        memory.alias(0x4000, 0x1000, 0x3000, Ram).is_err(),
        "of nothing"
    );
}

#[test]
fn a_store_to_decoded_code_is_noticed_at_every_address_and_only_there() {
    for at in [0x1004, 0x1007, 0x8004, 0x8006] {
        let mut memory = memory(Ram);
        let start = memory.generation();
        memory.mark_code(0x8004, 4);
        for beside in [0x1000, 0x1008, 0x8000, 0x8003, 0x8008] {
            store(&mut memory, beside, Width::B1, 0xee).unwrap();
        }
        assert_eq!(memory.generation(), start);
        store(&mut memory, at, Width::B1, 0xee).unwrap();
        assert_eq!(memory.generation(), start + 1, "{at:#x}");
        // From here on the fast way is open again.
        assert_eq!(memory.store(at, Width::B1, 0xdd), Some(true));
        assert_eq!(memory.store(at, Width::B1, 0xdd), Some(false));
        assert_eq!(memory.generation(), start + 1);
    }
}

#[test]
fn a_mark_covers_every_word_it_touches() {
    let mut memory = memory(Ram);
    memory.mark_code(0x1006, 4);
    let start = memory.generation();
    store(&mut memory, 0x1008, Width::B1, 0).unwrap();
    assert_eq!(memory.generation(), start + 1);
}
