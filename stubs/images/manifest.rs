// Written by stubs/build.sh.

/// The images, as `stubs/build.sh` has built them.
pub(super) const IMAGES: [Image; 12] = [
    Image {
        name: "esp8266",
        load: 0x4010C000,
        entry: 0x4010C014,
        bytes: include_bytes!("esp8266.bin"),
        sha256: "0469a13a939d06f5d2f938d53a17402935c44602930c4ffea26a6ac15ba8de78",
    },
    Image {
        name: "esp32",
        load: 0x40094000,
        entry: 0x40094014,
        bytes: include_bytes!("esp32.bin"),
        sha256: "98b053ec51f4eef9d25fef95936b1ffda3429bae2605699c296edf1fb9f8cc66",
    },
    Image {
        name: "esp32s2",
        load: 0x4002C000,
        entry: 0x4002C010,
        bytes: include_bytes!("esp32s2.bin"),
        sha256: "5264520ca13e6a499fc7eb8ed62a4d283f8e91b18c0a63be73c80908a7d82de2",
    },
    Image {
        name: "esp32s3",
        load: 0x4037C000,
        entry: 0x4037C018,
        bytes: include_bytes!("esp32s3.bin"),
        sha256: "3c656ae4c8465d4db01c7c67ca1bb89884ee4fe3b9f5aef11dd8ad381cc923af",
    },
    Image {
        name: "esp32c2",
        load: 0x40384000,
        entry: 0x40384000,
        bytes: include_bytes!("esp32c2.bin"),
        sha256: "8a17dfbebb4aa415d6cf78428c4b4ed471b0113c59bea596e3a80b12b489ee3f",
    },
    Image {
        name: "esp32c3",
        load: 0x40384000,
        entry: 0x40384000,
        bytes: include_bytes!("esp32c3.bin"),
        sha256: "52a0e6fd7888828e09ddc47df1ce843b94327312f73467157b191daefac1b2eb",
    },
    Image {
        name: "esp32c5",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c5.bin"),
        sha256: "9618a346e361d7a8e5f42b2a408b82aaebfbb70c732d5e404470c427d198dbcc",
    },
    Image {
        name: "esp32c6",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c6.bin"),
        sha256: "0d1c8b9ecf5d685b31ab4a5a49b6afec56112bd969e561fb6826a61141515e7d",
    },
    Image {
        name: "esp32c61",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c61.bin"),
        sha256: "cab5043635bef34d61eeb572bfe22a18197722d7888b5dca3471d8028bbbfe02",
    },
    Image {
        name: "esp32h2",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32h2.bin"),
        sha256: "90a4ecf0f058b723fef36371217e2df30d0961eb98590cd832afcb834682e2d7",
    },
    Image {
        name: "esp32p4",
        load: 0x4FF54000,
        entry: 0x4FF54000,
        bytes: include_bytes!("esp32p4.bin"),
        sha256: "d02ac0e553f259c4d2ff0a1e9b0ca150f7b9fbab9fd7525c1030c4399beda05d",
    },
    Image {
        name: "esp32p4-early",
        load: 0x4FF14000,
        entry: 0x4FF14000,
        bytes: include_bytes!("esp32p4-early.bin"),
        sha256: "ece144b9cf6bf4a691f4a7fd9518736439a6efa78e15924aba2a1d419e010706",
    },
];
