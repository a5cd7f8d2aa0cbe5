// Written by stubs/build.sh.

/// The images, as `stubs/build.sh` has built them.
pub(super) const IMAGES: [Image; 12] = [
    Image {
        name: "esp8266",
        load: 0x4010C000,
        entry: 0x4010C014,
        bytes: include_bytes!("esp8266.bin"),
        sha256: "91e75ae23ed37e2fd1234ab0df59730b7242ef8e24fd3a910b918ae6f26d9483",
    },
    Image {
        name: "esp32",
        load: 0x40094000,
        entry: 0x40094014,
        bytes: include_bytes!("esp32.bin"),
        sha256: "433beb5ecc257ab4dbb3272b34a1844b68a7d391a940e400f1d0ccc889fae9e1",
    },
    Image {
        name: "esp32s2",
        load: 0x4002C000,
        entry: 0x4002C014,
        bytes: include_bytes!("esp32s2.bin"),
        sha256: "2ea07df124ce1d51c018bf3aeed98078d21e7da030c3cdc2eb83e2a3842c79a6",
    },
    Image {
        name: "esp32s3",
        load: 0x4037C000,
        entry: 0x4037C014,
        bytes: include_bytes!("esp32s3.bin"),
        sha256: "ddbe3eab4b56d4bc396f011f41129b153161915ddac8390f183ddc7859a1ecb4",
    },
    Image {
        name: "esp32c2",
        load: 0x40384000,
        entry: 0x40384000,
        bytes: include_bytes!("esp32c2.bin"),
        sha256: "faacfd78d3d008926038653ca9624638d5ef9f68eacd0918ba1ecfc98cbd17b2",
    },
    Image {
        name: "esp32c3",
        load: 0x40384000,
        entry: 0x40384000,
        bytes: include_bytes!("esp32c3.bin"),
        sha256: "6c95bfe8c5aa4df9a13809b51429386cf09758a77a219f64dfb29b41f0101843",
    },
    Image {
        name: "esp32c5",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c5.bin"),
        sha256: "19264a2eba8a552450fea314d70b800131bca55f5f9c9b839232af7b741bb724",
    },
    Image {
        name: "esp32c6",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c6.bin"),
        sha256: "d4e99b3ee3a012b42755c00224f27abbbd906ea86aec7d01c6f1915d0228e56c",
    },
    Image {
        name: "esp32c61",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c61.bin"),
        sha256: "2c73431d148f813b321bb48addf7b9018738e3e8a0132a82b7f86bde740d7545",
    },
    Image {
        name: "esp32h2",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32h2.bin"),
        sha256: "381c487f7fc99fc85b57c1d3e0bb0bc5ee910cb712b5bb3fb11aab696b4b893c",
    },
    Image {
        name: "esp32p4",
        load: 0x4FF54000,
        entry: 0x4FF54000,
        bytes: include_bytes!("esp32p4.bin"),
        sha256: "ac5b81a2c9b9469abb8b5f86b72ae667fb97196bcee59894b3f19a991f723659",
    },
    Image {
        name: "esp32p4-early",
        load: 0x4FF14000,
        entry: 0x4FF14000,
        bytes: include_bytes!("esp32p4-early.bin"),
        sha256: "de58ed11771946404aa6dc96804cc3237b16cf49e74b82b00e8f3c71e414efef",
    },
];
