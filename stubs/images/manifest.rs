// Written by stubs/build.sh.

/// The images, as `stubs/build.sh` has built them.
pub(super) const IMAGES: [Image; 12] = [
    Image {
        name: "esp8266",
        load: 0x4010C000,
        entry: 0x4010C014,
        bytes: include_bytes!("esp8266.bin"),
        sha256: "b09e0879c8775d0ae3c0e6ea8aa5a2f012c8fd0bd2ddc350be3fb1ad14417b6d",
    },
    Image {
        name: "esp32",
        load: 0x40094000,
        entry: 0x40094014,
        bytes: include_bytes!("esp32.bin"),
        sha256: "e0e1d63a493b1bf7beaf22b39c47e38e5bc411b9402571b92adc0f705823996b",
    },
    Image {
        name: "esp32s2",
        load: 0x4002C000,
        entry: 0x4002C010,
        bytes: include_bytes!("esp32s2.bin"),
        sha256: "99ff58580032a82ea8769d674244e5f20e0309ee1eda9782005f0a99be2a685e",
    },
    Image {
        name: "esp32s3",
        load: 0x4037C000,
        entry: 0x4037C018,
        bytes: include_bytes!("esp32s3.bin"),
        sha256: "ffaf794722d7b4921b2349755c9929db7d8a6f488744ade5b2bd3b6092d4fea0",
    },
    Image {
        name: "esp32c2",
        load: 0x40384000,
        entry: 0x40384000,
        bytes: include_bytes!("esp32c2.bin"),
        sha256: "0aebb4586dfe3e958e92065da8c20a92db70e72b01d0f6f1ea968f9e16939e1a",
    },
    Image {
        name: "esp32c3",
        load: 0x40384000,
        entry: 0x40384000,
        bytes: include_bytes!("esp32c3.bin"),
        sha256: "e7a18e99bad6827355dda6fef1f4e54cba1ef0043ae12f50680a89c20935cbf4",
    },
    Image {
        name: "esp32c5",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c5.bin"),
        sha256: "835d4f746cba107cc7dc076fd3c7787f4309ab39a31d709bfc22bbd43b773bac",
    },
    Image {
        name: "esp32c6",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c6.bin"),
        sha256: "c32aa4d3217662a023fdba6cd712263de92313d83d598497ff3329b1e04d7daf",
    },
    Image {
        name: "esp32c61",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32c61.bin"),
        sha256: "efabf9ffebe207f8f76452131e5f96d58fb1d78d55bbe8c21dda0f4b3b941041",
    },
    Image {
        name: "esp32h2",
        load: 0x40804000,
        entry: 0x40804000,
        bytes: include_bytes!("esp32h2.bin"),
        sha256: "28d7ba17586c7fa75055d4abe8ba58f09056bd39be3f70c8f66d9d442092a3f2",
    },
    Image {
        name: "esp32p4",
        load: 0x4FF54000,
        entry: 0x4FF54000,
        bytes: include_bytes!("esp32p4.bin"),
        sha256: "ebf7c17305948627cb1b907b0c68e3ff3298a45caaf484b61fb593305640ef99",
    },
    Image {
        name: "esp32p4-early",
        load: 0x4FF14000,
        entry: 0x4FF14000,
        bytes: include_bytes!("esp32p4-early.bin"),
        sha256: "f0f9d9d3a24f8c1f84818dc398a0db82a47b227c77e33d7fed16b4a7f4bacc18",
    },
];
