use super::*;
use crate::time::Duration;

const SIZE: u32 = 4 << 20;

fn at(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

fn flash() -> NorFlash {
    NorFlash::new(SIZE, NorTimes::TYPICAL)
}

fn read(flash: &mut NorFlash, now: Instant, out: &[u8], len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    flash.transfer(now, out, &mut bytes);
    bytes
}

/// Write enable, then `out`.
fn change(flash: &mut NorFlash, now: Instant, out: &[u8]) {
    flash.transfer(now, &[0x06], &mut []);
    flash.transfer(now, out, &mut []);
}

#[test]
fn identifies_itself() {
    let mut flash = flash();
    assert_eq!(read(&mut flash, at(0), &[0x9f], 3), [0xef, 0x40, 0x16]);
    assert_eq!(read(&mut flash, at(0), &[0x5a, 0, 0, 0, 0], 4), b"SFDP");
    assert_eq!(
        read(&mut flash, at(0), &[0x5a, 0, 0, 0x14, 0], 4),
        (SIZE * 8 - 1).to_le_bytes()
    );
}

#[test]
fn programming_clears_bits_and_wraps_in_its_page() {
    let mut flash = flash();
    change(
        &mut flash,
        at(0),
        &[0x02, 0x00, 0x10, 0xfe, 0xf0, 0x0f, 0x55],
    );
    assert_eq!(
        read(&mut flash, at(1), &[0x03, 0, 0x10, 0xfe], 2),
        [0xf0, 0x0f]
    );
    assert_eq!(
        read(&mut flash, at(1), &[0x03, 0, 0x10, 0x00], 2),
        [0x55, 0xff]
    );
    change(&mut flash, at(1), &[0x02, 0x00, 0x10, 0xfe, 0x3c]);
    assert_eq!(read(&mut flash, at(2), &[0x03, 0, 0x10, 0xfe], 1), [0x30]);
}

#[test]
fn nothing_changes_without_write_enable() {
    let mut flash = flash();
    flash.transfer(at(0), &[0x02, 0, 0, 0, 0x00], &mut []);
    assert_eq!(flash.peek(0, 1), [0xff]);
    assert_eq!(flash.wear().ignored, 1);
    // The latch is good for one command.
    change(&mut flash, at(0), &[0x02, 0, 0, 0, 0x0f]);
    flash.transfer(at(5), &[0x02, 0, 0, 0, 0x00], &mut []);
    assert_eq!(read(&mut flash, at(9), &[0x03, 0, 0, 0], 1), [0x0f]);
}

#[test]
fn is_busy_for_the_data_sheets_time_and_answers_only_its_status() {
    let mut flash = flash();
    flash.poke(0, &[0; 16]);
    change(&mut flash, at(0), &[0x20, 0, 0, 0x10]);
    assert_eq!(flash.busy_until(), Some(at(45)));
    assert_eq!(
        read(&mut flash, at(44), &[0x05], 1),
        [status::BUSY | status::WRITE_ENABLED]
    );
    assert_eq!(read(&mut flash, at(44), &[0x03, 0, 0, 0], 2), [0xff, 0xff]);
    assert_eq!(flash.peek(0, 1), [0], "not erased yet");
    assert_eq!(read(&mut flash, at(45), &[0x05], 1), [0]);
    assert_eq!(flash.peek(0, 16), [0xff; 16]);
}

#[test]
fn erases_what_the_command_says() {
    for (out, size, millis) in [
        (&[0x20, 0x01, 0x23, 0x45][..], 0x1000u32, 45u64),
        (&[0x52, 0x01, 0x23, 0x45], 0x8000, 120),
        (&[0xd8, 0x01, 0x23, 0x45], 0x1_0000, 150),
        (&[0xc7], SIZE, 10_000),
        (&[0x21, 0x00, 0x01, 0x23, 0x45], 0x1000, 45),
        (&[0xdc, 0x00, 0x01, 0x23, 0x45], 0x1_0000, 150),
    ] {
        let mut flash = flash();
        flash.poke(0, &vec![0; SIZE as usize]);
        change(&mut flash, at(0), out);
        assert_eq!(flash.busy_until(), Some(at(millis)), "{out:02x?}");
        flash.transfer(at(millis), &[0x05], &mut [0]);
        let start = if size == SIZE {
            0
        } else {
            0x1_2345 / size * size
        };
        let all = flash.peek(0, SIZE as usize);
        for (address, byte) in (0..).zip(all) {
            let inside = (start..start + size).contains(&address);
            assert_eq!(byte == 0xff, inside, "{out:02x?} at {address:x}");
        }
        assert_eq!(flash.wear().sectors_erased, u64::from(size / SECTOR));
    }
}

#[test]
fn four_byte_addresses_reach_past_16_mb() {
    let mut flash = NorFlash::new(32 << 20, NorTimes::NONE);
    change(&mut flash, at(0), &[0x12, 0x01, 0, 0, 0, 0x11]);
    change(&mut flash, at(0), &[0x02, 0, 0, 0, 0x22]);
    assert_eq!(read(&mut flash, at(0), &[0x13, 1, 0, 0, 0], 1), [0x11]);
    assert_eq!(read(&mut flash, at(0), &[0x03, 0, 0, 0], 1), [0x22]);
    flash.transfer(at(0), &[0xb7], &mut []);
    assert_eq!(read(&mut flash, at(0), &[0x03, 1, 0, 0, 0], 1), [0x11]);
    flash.transfer(at(0), &[0xe9], &mut []);
    assert_eq!(read(&mut flash, at(0), &[0x03, 0, 0, 0], 1), [0x22]);
}

#[test]
fn all_reads_read_the_same() {
    let mut flash = NorFlash::new(32 << 20, NorTimes::NONE);
    flash.poke(0x12_3456, &[1, 2, 3]);
    let table: [(&[u8], usize); 7] = [
        (&[0x03, 0x13], 0),
        (&[0x0b, 0x0c], 1),
        (&[0x3b, 0x3c], 1),
        (&[0x6b, 0x6c], 1),
        (&[0xbb, 0xbc], 1),
        (&[0xeb, 0xec], 3),
        (&[0x9d], 0),
    ];
    for (codes, dummies) in table {
        for (code, address) in codes.iter().zip([3, 4]) {
            let mut out = vec![*code];
            out.extend(&[0, 0x12, 0x34, 0x56][4 - address..]);
            out.extend(vec![0; dummies]);
            let known = *code != 0x9d;
            let expected = if known { [1, 2, 3] } else { [0xff; 3] };
            assert_eq!(read(&mut flash, at(0), &out, 3), expected, "{out:02x?}");
            // A dummy or an address byte short: nothing.
            let short = &out[..out.len() - 1];
            assert_eq!(read(&mut flash, at(0), short, 3), [0xff; 3], "{short:02x?}");
        }
    }
}

#[test]
fn protected_places_stay_as_they_are() {
    let mut flash = flash();
    // The upper half.
    change(&mut flash, at(0), &[0x01, 0x18]);
    assert_eq!(read(&mut flash, at(9), &[0x05], 1)[0] & 1, 1, "10 ms");
    assert_eq!(read(&mut flash, at(10), &[0x05], 1), [0x18]);
    for out in [
        &[0x02, 0x20, 0, 0, 0x00][..],
        &[0x20, 0x3f, 0xf0, 0x00],
        &[0xd8, 0x20, 0, 0],
        &[0xc7],
    ] {
        let ignored = flash.wear().ignored;
        change(&mut flash, at(20), out);
        assert_eq!(flash.busy_until(), None, "{out:02x?}");
        assert_eq!(flash.wear().ignored, ignored + 1, "{out:02x?}");
    }
    change(&mut flash, at(30), &[0x02, 0x1f, 0xff, 0xff, 0x12]);
    assert_eq!(flash.busy_until(), Some(at(30) + NorTimes::TYPICAL.program));
    // Only until the power goes.
    flash.transfer(at(40), &[0x50], &mut []);
    flash.transfer(at(40), &[0x01, 0x00], &mut []);
    assert_eq!(read(&mut flash, at(40), &[0x05], 1), [0x00]);
    flash.cut_power(at(50));
    assert_eq!(read(&mut flash, at(50), &[0x05], 1), [0x18]);
}

#[test]
fn the_other_status_registers() {
    let mut flash = flash();
    assert_eq!(read(&mut flash, at(0), &[0x35], 2), [0x02, 0x02]);
    assert_eq!(read(&mut flash, at(0), &[0x15], 1), [0x60]);
    // Without write enable: nothing.
    flash.transfer(at(0), &[0x31, 0x40], &mut []);
    assert_eq!(read(&mut flash, at(100), &[0x35], 1), [0x02]);
    change(&mut flash, at(100), &[0x31, 0x40]);
    assert_eq!(read(&mut flash, at(200), &[0x35], 1), [0x42]);
    change(&mut flash, at(200), &[0x01, 0x04, 0x00]);
    assert_eq!(read(&mut flash, at(300), &[0x35], 1), [0x02]);
    assert_eq!(read(&mut flash, at(300), &[0x05], 1), [0x04]);
}

#[test]
fn sleeps_until_it_is_released() {
    let mut flash = flash();
    flash.transfer(at(0), &[0xb9], &mut []);
    assert_eq!(read(&mut flash, at(0), &[0x9f], 1), [0xff]);
    assert_eq!(read(&mut flash, at(0), &[0x05], 1), [0xff]);
    assert_eq!(read(&mut flash, at(0), &[0xab, 0, 0, 0], 1), [0x15]);
    assert_eq!(read(&mut flash, at(0), &[0x9f], 1), [0xef]);
}

#[test]
fn a_reset_stops_what_is_under_way() {
    let mut flash = NorFlash::new(32 << 20, NorTimes::TYPICAL);
    flash.poke(0, &[0; 0x1000]);
    flash.transfer(at(0), &[0xb7], &mut []);
    change(&mut flash, at(0), &[0x20, 0, 0, 0, 0]);
    // Only right behind its enabling.
    flash.transfer(at(1), &[0x99], &mut []);
    flash.transfer(at(1), &[0x66], &mut []);
    flash.transfer(at(1), &[0x05], &mut [0]);
    flash.transfer(at(1), &[0x99], &mut []);
    assert_eq!(flash.busy_until(), Some(at(45)));
    flash.transfer(
        Instant::ZERO + Duration::from_micros(22_500),
        &[0x66],
        &mut [],
    );
    flash.transfer(
        Instant::ZERO + Duration::from_micros(22_500),
        &[0x99],
        &mut [],
    );
    assert_eq!(flash.busy_until(), None);
    assert_eq!(flash.peek(0x7ff, 2), [0xff, 0]);
    // Three address bytes again.
    assert_eq!(read(&mut flash, at(50), &[0x03, 0, 0x08, 0x00], 1), [0]);
}

#[test]
fn wear_is_counted_for_each_sector() {
    let mut flash = NorFlash::new(SIZE, NorTimes::NONE);
    for out in [
        &[0x20, 0, 0x10, 0x00][..],
        &[0xd8, 0, 0, 0],
        &[0x02, 0, 0x1f, 0xff, 0],
        &[0x02, 0, 0x10, 0x00, 0],
    ] {
        change(&mut flash, at(0), out);
    }
    for (address, erases, programs) in [(0, 1, 0), (0x1abc, 2, 2), (0xffff, 1, 0), (0x1_0000, 0, 0)]
    {
        let wear = SectorWear { erases, programs };
        assert_eq!(flash.sector_wear(address), wear, "{address:x}");
    }
    assert_eq!((flash.wear().erases, flash.wear().sectors_erased), (2, 17));
}

#[test]
fn more_than_a_page_keeps_its_last_256_bytes() {
    let mut flash = NorFlash::new(SIZE, NorTimes::NONE);
    let mut out = vec![0x02, 0, 0x10, 0x10];
    out.extend([0x11; 0x10]);
    out.extend([0x22; 0x100]);
    change(&mut flash, at(0), &out);
    assert_eq!(flash.peek(0x1000, 0x100), [0x22; 0x100]);
    assert_eq!(flash.peek(0x1100, 1), [0xff]);
}

#[test]
fn sizes_are_powers_of_two() {
    for (asked, got) in [(0, 0x1_0000), (5 << 20, 8 << 20), (16 << 20, 16 << 20)] {
        assert_eq!(NorFlash::new(asked, NorTimes::NONE).size(), got);
    }
}

#[test]
fn reading_goes_on_around_the_end() {
    let mut flash = flash();
    flash.poke(SIZE - 1, &[1]);
    flash.poke(0, &[2]);
    assert_eq!(
        read(&mut flash, at(0), &[0x03, 0x3f, 0xff, 0xff], 2),
        [1, 2]
    );
    assert_eq!(
        read(&mut flash, at(0), &[0x0b, 0x3f, 0xff, 0xff, 0], 2),
        [1, 2]
    );
}

#[test]
fn a_power_cut_leaves_work_half_done() {
    let mut flash = flash();
    flash.poke(0, &[0; 0x1000]);
    change(&mut flash, at(0), &[0x20, 0, 0, 0]);
    flash.cut_power(Instant::ZERO + Duration::from_micros(22_500));
    assert_eq!(flash.peek(0x7ff, 2), [0xff, 0]);
    change(&mut flash, at(100), &[0x02, 0, 0, 0, 1, 2, 3, 4]);
    flash.cut_power(at(100) + Duration::from_micros(200));
    assert_eq!(flash.peek(0, 4), [1, 2, 0xff, 0xff]);
}

#[test]
fn a_file_keeps_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flash.bin");
    let mut flash = NorFlash::with_file(
        FlashFile::open(&path, Some(1 << 20)).unwrap(),
        NorTimes::NONE,
    );
    change(&mut flash, at(0), &[0x02, 0, 0x12, 0x34, 0xab]);
    drop(flash);
    let again = NorFlash::with_file(FlashFile::open(&path, None).unwrap(), NorTimes::NONE);
    assert_eq!(again.size(), 1 << 20);
    assert_eq!(again.peek(0x1234, 1), [0xab]);
    assert!(FlashFile::open(&path, Some(2 << 20)).is_err());
    std::fs::write(&path, [0; 1000]).unwrap();
    assert!(FlashFile::open(&path, None).is_err());
}
