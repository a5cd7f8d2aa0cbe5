// Written by stubs/build.sh.

/// The images, as `stubs/build.sh` has built them.
pub(super) const IMAGES: [Image; 12] = [
    Image {
        name: "esp8266",
        load: 0x4010C000,
        entry: 0x4010C014,
        bytes: include_bytes!("esp8266.bin"),
        sha256: "f8ca90cdb00175e4725aaf21b2f4ad0047afeac2ba35824a191b36adbf5abadc",
    },
    Image {
        name: "esp32",
        load: 0x40094000,
        entry: 0x40094014,
        bytes: include_bytes!("esp32.bin"),
        sha256: "38e1f8bcab7e387caacd5db93d4c78300426168ccd63a51ecb357255c4564ac4",
    },
    Image {
        name: "esp32s2",
        load: 0x4002C000,
        entry: 0x4002C010,
        bytes: include_bytes!("esp32s2.bin"),
        sha256: "afc2e803609080b178c3597b42e052286188ecc213b1c34863d769f6ad7c3f55",
    },
    Image {
        name: "esp32s3",
        load: 0x4037C000,
        entry: 0x4037C018,
        bytes: include_bytes!("esp32s3.bin"),
        sha256: "3b14ab51f0c5420937bb4323829b60d957afba3107591e80146b871b7ff3578a",
    },
    Image {
        name: "esp32c2",
        load: 0x40384000,
        entry: 0x40384000,
        bytes: include_bytes!("esp32c2.bin"),
        sha256: "6443adbeb3e64f36dccbc6f48763c414e574c809554e5859ed980e926376ac1e",
    },
    Image {
        name: "esp32c3",
        load: 0x40384000,
        entry: 0x40384000,
        bytes: include_bytes!("esp32c3.bin"),
        sha256: "27c197f9027c51cfdfb4fcbc6ce6f8384512fa3957e582466e99628eb27f953b",
    },
    Image {
        name: "esp32c5",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c5.bin"),
        sha256: "1963dce6129661876de681f3464550f1aab744e8f7340161f2427efc4d17eda4",
    },
    Image {
        name: "esp32c6",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c6.bin"),
        sha256: "2fdab3e6e2700bdec00d50c12e55743ca9e7730267899d1b0e307d83aaf060e4",
    },
    Image {
        name: "esp32c61",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c61.bin"),
        sha256: "1728f81157fd43d83daf37787c964ed2888331afa489994a9da5b0f6d6f583ae",
    },
    Image {
        name: "esp32h2",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32h2.bin"),
        sha256: "7aa93ba326336626fa0d26835de85383f1b8c297df91c3459d0ad5f62fd4506c",
    },
    Image {
        name: "esp32p4",
        load: 0x4FF54000,
        entry: 0x4FF54000,
        bytes: include_bytes!("esp32p4.bin"),
        sha256: "f5781796ced5eba7b9afe97e86ccc4a102dc8bcd4206e064664808330d48ae90",
    },
    Image {
        name: "esp32p4-early",
        load: 0x4FF14000,
        entry: 0x4FF14000,
        bytes: include_bytes!("esp32p4-early.bin"),
        sha256: "df0ee064c4f0be49bd85a27b0b1c3f89a3a96894156c6ef69c7cb4a7431c782b",
    },
];
