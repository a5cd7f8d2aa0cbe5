// Written by stubs/build.sh.

/// The images, as `stubs/build.sh` has built them.
pub(super) const IMAGES: [Image; 12] = [
    Image {
        name: "esp8266",
        load: 0x4010C000,
        entry: 0x4010C014,
        bytes: include_bytes!("esp8266.bin"),
        sha256: "8fa2dc18957cbc1e987debb5a0bfd1ea8f47e6f6045eeb822a00f0595bd26ca9",
    },
    Image {
        name: "esp32",
        load: 0x40094000,
        entry: 0x40094014,
        bytes: include_bytes!("esp32.bin"),
        sha256: "80ba6b27ae22737eb6b5a118c50b208ce030b5c40d66c4d49a3e458a6707ce86",
    },
    Image {
        name: "esp32s2",
        load: 0x4002C000,
        entry: 0x4002C014,
        bytes: include_bytes!("esp32s2.bin"),
        sha256: "5b7bf9c5915ec5919ca661ea2a202a910cc17c58b0419d69e6677629ba9a70fd",
    },
    Image {
        name: "esp32s3",
        load: 0x4037C000,
        entry: 0x4037C014,
        bytes: include_bytes!("esp32s3.bin"),
        sha256: "c47fef26644936c8b84347ec927d4cec51096f3a93e3e221cf0e0538833cd7bb",
    },
    Image {
        name: "esp32c2",
        load: 0x40384000,
        entry: 0x40384000,
        bytes: include_bytes!("esp32c2.bin"),
        sha256: "080910aad4e7ada9c3ffde99f0a7c7567b2036878fcabfa7f57094d2259fce8f",
    },
    Image {
        name: "esp32c3",
        load: 0x40384000,
        entry: 0x40384000,
        bytes: include_bytes!("esp32c3.bin"),
        sha256: "580acf9636350af33bf8c20886261ce22ae04cffeb3cbffd2f61a78c1f4c556b",
    },
    Image {
        name: "esp32c5",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c5.bin"),
        sha256: "a2589449a3ba999f916c57171870c51ca3f3e6a306d2622f8888133f397048f6",
    },
    Image {
        name: "esp32c6",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c6.bin"),
        sha256: "e2b509dfd59264c4f1667449e09d5f8d8c010ad45c60e0715723f55006cb2804",
    },
    Image {
        name: "esp32c61",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c61.bin"),
        sha256: "8f13e358fdbfdf9847116fc8635168506a277f3333e09ff1d5a01224a3c5a18f",
    },
    Image {
        name: "esp32h2",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32h2.bin"),
        sha256: "76b0d6372d47984deea251c308609453fce7de54a5dbbe2c4ebf8fb3859b7906",
    },
    Image {
        name: "esp32p4",
        load: 0x4FF54000,
        entry: 0x4FF54000,
        bytes: include_bytes!("esp32p4.bin"),
        sha256: "a8e48da9ff15b115e401df15c783e39b25fddeb036cb0553c0072f8be11e0fa8",
    },
    Image {
        name: "esp32p4-early",
        load: 0x4FF14000,
        entry: 0x4FF14000,
        bytes: include_bytes!("esp32p4-early.bin"),
        sha256: "a7a39c19df0693c3b64f824b0f4e082ceb8b62ba2df671e1cf5c247ae671aef1",
    },
];
