//! Tile addresses and entry bundles of C2SP tlog-tiles.

use crate::common::*;
use proptest::prelude::*;
use socai_tlog::*;

fn kinds() -> impl Strategy<Value = TileKind> {
    prop_oneof![(0..64_u8).prop_map(TileKind::Hashes), Just(TileKind::Entries)]
}

#[test]
fn the_specification_s_paths_are_printed_and_read() {
    let cases = [
        (TileKind::Hashes(0), 1_234_067, 256, "tile/0/x001/x234/067"),
        (TileKind::Hashes(2), 0, 1, "tile/2/000.p/1"),
        (TileKind::Hashes(63), 999, 255, "tile/63/999.p/255"),
        (TileKind::Entries, 1_000, 256, "tile/entries/x001/000"),
        (TileKind::Entries, u64::MAX, 12, "tile/entries/x018/x446/x744/x073/x709/x551/615.p/12"),
    ];
    for (kind, index, width, path) in cases {
        let tile = Tile::new(kind, index, width).unwrap();
        assert_eq!((tile.to_string().as_str(), path.parse()), (path, Ok(tile)));
    }
}

#[test]
fn a_tile_has_one_path_only() {
    let bad = [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/001/067",
        "tile/0/x001/x067",
        "tile/0/x1/067",
        "tile/64/000",
        "tile/00/000",
        "tile/-1/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p/1/",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/+01",
        "tile/0/x001//067",
        "tile/data/000",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
        "tile/0/../000",
        "tile/entries/000.p/1.p/1",
        "tile/0/x00é/067",
    ];
    for path in bad {
        assert!(path.parse::<Tile>().is_err(), "{path:?} was read");
    }
}

#[test]
fn the_tree_of_70_000_entries_has_the_tiles_the_specification_lists() {
    let size = TreeSize(70_000);
    let widths = |kind| -> (usize, Vec<u16>) {
        let (partial, full): (Vec<_>, Vec<_>) = Tile::all(kind, size).partition(Tile::is_partial);
        (full.len(), partial.iter().map(Tile::width).collect())
    };
    assert_eq!(widths(TileKind::Hashes(0)), (273, vec![112]));
    assert_eq!(widths(TileKind::Hashes(1)), (1, vec![17]));
    assert_eq!(widths(TileKind::Hashes(2)), (0, vec![1]));
    assert_eq!(widths(TileKind::Hashes(3)), (0, vec![]));
    assert_eq!(widths(TileKind::Entries), (273, vec![112]));
    assert_eq!(Tile::tree(size).count(), 274 + 2 + 1 + 274);
    assert!(Tile::tree(size).all(|tile| tile.is_within(size) && tile.to_string().parse() == Ok(tile)));
}

#[test]
fn every_tile_of_every_small_tree_holds_the_hashes_of_the_specification() {
    let mut tree = MemoryTree::default();
    let leaves: Vec<_> = (0..600_u64).map(|i| leaf_hash(&i.to_be_bytes())).collect();
    for size in 1..=600 {
        tree.push(leaves[size - 1]);
        if size % 37 != 0 && !(510..515).contains(&size) {
            continue;
        }
        let size = TreeSize(size as u64);
        for tile in Tile::tree(size).filter(|tile| tile.kind() != TileKind::Entries) {
            let TileKind::Hashes(level) = tile.kind() else { continue };
            let mut hashes = vec![Hash::ZERO; tile.width().into()];
            tree.read_hashes(level, tile.positions().unwrap().start, &mut hashes).unwrap();
            let span = 256_usize.pow(level.into());
            for (i, hash) in tile.positions().unwrap().zip(hashes) {
                let mut subtree = Frontier::default();
                leaves[i as usize * span..][..span].iter().for_each(|leaf| subtree.push(*leaf));
                assert_eq!(hash, subtree.root(), "hash {i} of level {level}");
            }
        }
    }
}

#[test]
fn a_tile_is_a_range_of_its_level_s_file() {
    let tile: Tile = "tile/1/x001/067.p/8".parse().unwrap();
    assert_eq!(tile.byte_range(), Some(1067 * 8192..1067 * 8192 + 8 * 32));
    assert_eq!(tile.full().byte_range(), Some(1067 * 8192..1068 * 8192));
    assert_eq!(tile.leaves(), None);
    let bundle: Tile = "tile/entries/001.p/3".parse().unwrap();
    assert_eq!((bundle.leaves(), bundle.byte_range()), (Some(LeafIndex(256)..LeafIndex(259)), None));
    let beyond = Tile::new(TileKind::Hashes(0), u64::MAX, 256).unwrap();
    assert_eq!(
        (beyond.byte_range(), beyond.positions(), beyond.is_within(TreeSize(u64::MAX))),
        (None, None, false)
    );
}

#[test]
fn tiles_are_within_a_log_only_when_all_of_them_is() {
    let tile = |width| Tile::new(TileKind::Hashes(1), 0, width).unwrap();
    assert!(tile(2).is_within(TreeSize(512)) && !tile(2).is_within(TreeSize(511)));
    assert_eq!(Tile::holding(TileKind::Hashes(1), 1, TreeSize(900)), Some(tile(3)));
    assert_eq!(Tile::holding(TileKind::Hashes(1), 3, TreeSize(900)), None);
    assert_eq!(Tile::holding(TileKind::Entries, 0, TreeSize(0)), None);
}

#[test]
fn bundles_give_back_their_entries_and_end_at_the_first_error() {
    let entries: Vec<&[u8]> = vec![b"", b"one", &[7; 65_535]];
    let mut bundle = Vec::new();
    entries.iter().for_each(|entry| push_bundled(&mut bundle, entry).unwrap());
    let read: Result<Vec<_>, _> = bundled(&bundle).collect();
    assert_eq!(read, Ok(entries));
    assert!(matches!(push_bundled(&mut bundle, &[0; 65_536]), Err(Malformed::Oversize { got: 65_536, .. })));
    let cut: Vec<_> = bundled(&bundle[..bundle.len() - 1]).collect();
    assert_eq!(cut.len(), 3);
    assert_eq!(cut[2], Err(Malformed::Truncated { what: "entry", at: 7, need: 65_535, have: 65_534 }));
    assert_eq!(bundled(&[0]).count(), 1);
}

#[test]
fn a_bundle_of_entries_hashes_to_its_level_0_tile() {
    let mut bundle = Vec::new();
    let mut tree = MemoryTree::default();
    for record in records(40) {
        let entry = Entry { received_at_ms: 5, header_bytes: *record.header_bytes(), signature: None };
        push_bundled(&mut bundle, &entry.encode()).unwrap();
        tree.push(entry.leaf_hash());
    }
    let mut hashes = [Hash::ZERO; 40];
    tree.read_hashes(0, 0, &mut hashes).unwrap();
    assert!(bundled(&bundle).map(|entry| leaf_hash(entry.unwrap())).eq(hashes));
}

proptest! {
    #[test]
    fn every_address_reads_back_from_its_path(kind in kinds(), index in any::<u64>(), digits in 0..64, width in 1..=256_u16) {
        let tile = Tile::new(kind, index >> digits, width).unwrap();
        prop_assert_eq!(tile.to_string().parse(), Ok(tile));
    }

    #[test]
    fn no_text_makes_the_path_reader_panic(path in "(tile/)?[0-9x/.pentris]{0,40}", any in ".{0,40}") {
        for text in [&path, &any] {
            if let Ok(tile) = text.parse::<Tile>() {
                prop_assert_eq!(&tile.to_string(), text);
            }
        }
    }

    #[test]
    fn no_bytes_make_the_bundle_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(bundled(&bytes).count() <= bytes.len());
    }

    #[test]
    fn tiles_of_any_size_do_not_overflow(size in any::<u64>(), kind in kinds(), position in any::<u64>()) {
        if let Some(tile) = Tile::holding(kind, position, TreeSize(size)) {
            prop_assert!(tile.is_within(TreeSize(size)));
            prop_assert!(tile.positions().unwrap().contains(&position));
        }
    }
}
