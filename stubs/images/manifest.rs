// Written by stubs/build.sh.

/// The images, as `stubs/build.sh` has built them.
pub(super) const IMAGES: [Image; 12] = [
    Image {
        name: "esp8266",
        load: 0x4010C000,
        entry: 0x4010C014,
        bytes: include_bytes!("esp8266.bin"),
        sha256: "bc8c35ce5a768f2714be3a7822c85cf9c26c3cde593db52b35e655e379f91bfd",
    },
    Image {
        name: "esp32",
        load: 0x40094000,
        entry: 0x40094014,
        bytes: include_bytes!("esp32.bin"),
        sha256: "c54352ba38f6a2af00d7b08bd3c9101d81928cf9b9bd3b844bfd00abc9f63a6a",
    },
    Image {
        name: "esp32s2",
        load: 0x4002C000,
        entry: 0x4002C014,
        bytes: include_bytes!("esp32s2.bin"),
        sha256: "956f80536160a64c23431cff350b02cea1830859105d707330654937d3ac5cfb",
    },
    Image {
        name: "esp32s3",
        load: 0x4037C000,
        entry: 0x4037C014,
        bytes: include_bytes!("esp32s3.bin"),
        sha256: "c07f31ae95c1b809ea82f13f52ace0dda3b1c6e64027773a89029a93d1fb2fb0",
    },
    Image {
        name: "esp32c2",
        load: 0x40384000,
        entry: 0x40384000,
        bytes: include_bytes!("esp32c2.bin"),
        sha256: "b6e243fb2acc690bdd0ba94437deaebaba97f463b0b9f5e12f6704dc6b528434",
    },
    Image {
        name: "esp32c3",
        load: 0x40384000,
        entry: 0x40384000,
        bytes: include_bytes!("esp32c3.bin"),
        sha256: "cb4b467d7efe1854390a11544fe804cf9f28c7c973d7c776541cfa815d787bd5",
    },
    Image {
        name: "esp32c5",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c5.bin"),
        sha256: "11a836c5bc54d79aeb1cbd554d6796088bdf15d7662ee937d3908f9616b5f45d",
    },
    Image {
        name: "esp32c6",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c6.bin"),
        sha256: "81c8c8af52bcd7f1ed1605d1a51315d416dd50e957a9816cd78cf7dfe307e061",
    },
    Image {
        name: "esp32c61",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c61.bin"),
        sha256: "10a31a8753200e6eef1c7da5f899a51dde1065d3e4a7926f4660dadf246dcd40",
    },
    Image {
        name: "esp32h2",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32h2.bin"),
        sha256: "5f96b2425aff676c0b0c09c88d8154e7a839adb52d9b84326531a7ead7b39672",
    },
    Image {
        name: "esp32p4",
        load: 0x4FF54000,
        entry: 0x4FF54000,
        bytes: include_bytes!("esp32p4.bin"),
        sha256: "2b23062c8050e9a140198232a73ea1ce6340e9200526a79139b2302129213dd0",
    },
    Image {
        name: "esp32p4-early",
        load: 0x4FF14000,
        entry: 0x4FF14000,
        bytes: include_bytes!("esp32p4-early.bin"),
        sha256: "7242532fd7ba8244794a310bdae70e11e87b93762c05d11c1ed02be0fa6c771e",
    },
];
