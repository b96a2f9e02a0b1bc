//! The tree against the vectors of RFC 6962's test suite, against another implementation, and every small tree whole.

use crate::common::*;
use ct_merkle::{RootHash, mem_backed_tree::MemoryBackedTree};
use proptest::prelude::*;
use socai_tlog::*;

/// Big enough for one full tile and a partial one above it.
const SIZES: u64 = 300;

fn leaf(i: u64) -> Hash {
    leaf_hash(format!("leaf {i}").as_bytes())
}

/// The tree of [`SIZES`] leaves and its root at every size.
fn tree() -> (MemoryTree, Vec<Hash>) {
    let mut tree = MemoryTree::default();
    let mut roots = vec![tree.root()];
    for i in 0..SIZES {
        tree.push(leaf(i));
        roots.push(tree.root());
    }
    (tree, roots)
}

#[test]
fn roots_are_those_of_rfc_6962() {
    let leaves =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::default();
    assert_eq!(frontier.root().to_string(), roots[0]);
    for (leaf, root) in leaves.iter().zip(&roots[1..]) {
        frontier.push(leaf_hash(&hex::decode(leaf).unwrap()));
        assert_eq!(&frontier.root().to_string(), root, "size {}", frontier.size());
    }
}

#[test]
fn leaf_hashes_of_every_length_are_sha_256_over_zero_and_the_leaf() {
    use sha2::{Digest as _, Sha256};
    for len in 0..300 {
        let leaf: Vec<u8> = (0..len).map(|i| i as u8).collect();
        let expected = Sha256::new().chain_update([0]).chain_update(&leaf).finalize();
        assert_eq!(leaf_hash(&leaf).0, <[u8; 32]>::from(expected), "length {len}");
    }
}

#[test]
fn an_entry_hashes_as_its_bytes_do() {
    let header_bytes = *records(1)[0].header_bytes();
    for signature in [None, Some([9; 64])] {
        let entry = Entry { received_at_ms: 0x0102_0304_0506_0708, header_bytes, signature };
        assert_eq!(entry.leaf_hash(), leaf_hash(&entry.encode()));
    }
}

#[test]
fn every_inclusion_proof_of_every_small_tree_holds_and_no_other_does() {
    let (tree, roots) = tree();
    for size in 1..=SIZES {
        let root = roots[size as usize];
        for i in 0..size {
            let (index, size) = (LeafIndex(i), TreeSize(size));
            let proof = prove_inclusion(&tree, index, size).unwrap();
            let verify = |proof: &[Hash]| verify_inclusion(index, &leaf(i), size, &root, proof);
            assert_eq!(verify(&proof), Ok(()), "leaf {i} of {size}");
            refuses_damage(&proof, i + size.0, verify);
            assert!(verify_inclusion(index, &leaf(i + 1), size, &root, &proof).is_err());
            assert!(
                verify_inclusion(LeafIndex(i ^ 1), &leaf(i), size, &root, &proof).is_err() || size.0 == 1
            );
        }
    }
}

#[test]
fn every_consistency_proof_of_every_small_tree_holds_and_no_other_does() {
    let (tree, roots) = tree();
    for new in 0..=SIZES {
        for old in 0..=new {
            let (old_root, new_root) = (roots[old as usize], roots[new as usize]);
            let (old, new) = (TreeSize(old), TreeSize(new));
            let proof = prove_consistency(&tree, old, new).unwrap();
            let verify = |proof: &[Hash]| verify_consistency(old, &old_root, new, &new_root, proof);
            assert_eq!(verify(&proof), Ok(()), "from {old} to {new}");
            refuses_damage(&proof, old.0 + new.0, verify);
            let other = leaf(1_000_000);
            assert!(verify_consistency(old, &other, new, &new_root, &proof).is_err());
            assert!(
                old.0 == 0 && new.0 > 0 || verify_consistency(old, &old_root, new, &other, &proof).is_err()
            );
        }
    }
}

/// One bit flipped in each hash for some proofs, in one hash for the others; a hash more, a hash less.
fn refuses_damage(proof: &[Hash], seed: u64, verify: impl Fn(&[Hash]) -> Result<(), ProofError>) {
    let mut bad = proof.to_vec();
    let each = if seed.is_multiple_of(8) { 1 } else { proof.len().max(1) };
    for at in (seed as usize % each..proof.len()).step_by(each) {
        let bit = (seed as usize * 31 + at * 7) % 256;
        bad[at].0[bit / 8] ^= 1 << (bit % 8);
        assert!(
            matches!(verify(&bad), Err(ProofError::Root { .. })),
            "bit {bit} of hash {at} is not checked"
        );
        bad[at] = proof[at];
    }
    let length = |got| Err(ProofError::Length { got, expected: proof.len() });
    bad.push(Hash::ZERO);
    assert_eq!(verify(&bad), length(proof.len() + 1));
    if let Some((_, fewer)) = proof.split_last() {
        assert_eq!(verify(fewer), length(fewer.len()));
    }
}

#[test]
fn proofs_that_cannot_be_are_refused_by_name() {
    let (tree, roots) = tree();
    let (leaf, size) = (LeafIndex(7), TreeSize(7));
    let error = ProofError::NoSuchLeaf { leaf, size };
    assert_eq!(prove_inclusion(&tree, leaf, size), Err(ProveError::Impossible(error)));
    assert_eq!(verify_inclusion(leaf, &Hash::ZERO, size, &roots[7], &[]), Err(error));
    let (old, new) = (TreeSize(8), TreeSize(7));
    let error = ProofError::Shrank { old, new };
    assert_eq!(prove_consistency(&tree, old, new), Err(ProveError::Impossible(error)));
    assert_eq!(verify_consistency(old, &roots[8], new, &roots[7], &[]), Err(error));
    let beyond = prove_inclusion(&tree, LeafIndex(0), TreeSize(SIZES + 1));
    assert!(matches!(beyond, Err(ProveError::Source(_))));
}

#[test]
fn sizes_at_the_end_of_u64_do_not_overflow() {
    let (leaf, size) = (LeafIndex(u64::MAX - 1), TreeSize(u64::MAX));
    let lengths = [
        verify_inclusion(leaf, &Hash::ZERO, size, &Hash::ZERO, &[]),
        verify_inclusion(LeafIndex(0), &Hash::ZERO, size, &Hash::ZERO, &[]),
        verify_consistency(TreeSize(u64::MAX - 1), &Hash::ZERO, size, &Hash::ZERO, &[]),
    ];
    for length in lengths {
        assert!(matches!(length, Err(ProofError::Length { got: 0, expected: 63 | 64 })), "{length:?}");
    }
}

#[test]
fn another_implementation_gives_the_same_roots_and_proofs() {
    let (tree, roots) = tree();
    let mut oracle = MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
    for size in 1..=SIZES {
        oracle.push(format!("leaf {}", size - 1).into_bytes());
        assert_eq!(oracle.root().as_bytes().as_slice(), roots[size as usize].0);
        for other in [0, size / 3, size / 2, size - 1] {
            let ours = prove_inclusion(&tree, LeafIndex(other), TreeSize(size)).unwrap();
            let theirs = oracle.prove_inclusion(other as usize);
            assert_eq!(theirs.as_bytes(), flat(&ours), "leaf {other} of {size}");
            if other > 0 {
                let ours = prove_consistency(&tree, TreeSize(other), TreeSize(size)).unwrap();
                let theirs = oracle.prove_consistency((size - other) as usize);
                assert_eq!(theirs.as_bytes(), flat(&ours), "from {other} to {size}");
                let roots = (
                    RootHash::new(roots[size as usize].0.into(), size),
                    RootHash::new(roots[other as usize].0.into(), other),
                );
                assert!(roots.0.verify_consistency(&roots.1, &theirs).is_ok());
            }
        }
    }
}

fn flat(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

#[test]
fn a_push_hands_over_each_subtree_it_completes() {
    let mut frontier = Frontier::default();
    let mut count = [0_u64; 10];
    for i in 0..512 {
        frontier.push_with(leaf(i), |done| {
            assert_eq!(done.index, count[usize::from(done.level)]);
            count[usize::from(done.level)] += 1;
            if done.level == 9 {
                assert_eq!(done.hash, tree_of(512).root());
            }
        });
    }
    assert_eq!(count, [512, 256, 128, 64, 32, 16, 8, 4, 2, 1]);
}

fn tree_of(size: u64) -> MemoryTree {
    let mut tree = MemoryTree::default();
    tree.extend((0..size).map(leaf));
    tree
}

#[test]
fn roots_of_the_past_come_back_from_tile_hashes() {
    let (tree, roots) = tree();
    for size in 0..=SIZES {
        assert_eq!(root_at(&tree, TreeSize(size)), Ok(roots[size as usize]));
    }
}

#[test]
fn a_frontier_survives_its_bytes_at_every_size() {
    let mut frontier = Frontier::default();
    for i in 0..SIZES {
        let bytes = frontier.to_bytes();
        let mut read = Frontier::from_bytes(&bytes).unwrap();
        assert_eq!((&read, read.root()), (&frontier, frontier.root()));
        assert!(Frontier::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        assert!(Frontier::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
        frontier.push(leaf(i));
        read.push(leaf(i));
        assert_eq!(read, frontier);
    }
    assert!(Frontier::from_bytes(&[0xff; 8 + 64 * 32]).is_err(), "a size no log reaches");
}

proptest! {
    #[test]
    fn no_proof_makes_the_verifiers_panic(
        a in any::<u64>(), b in any::<u64>(), hashes in prop::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        let proof: Vec<Hash> = hashes.into_iter().map(Hash).collect();
        let _ = verify_inclusion(LeafIndex(a), &Hash::ZERO, TreeSize(b), &Hash::ZERO, &proof);
        let _ = verify_consistency(TreeSize(a), &Hash::ZERO, TreeSize(b), &Hash::ZERO, &proof);
    }

    #[test]
    fn no_bytes_make_the_frontier_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(mut frontier) = Frontier::from_bytes(&bytes) {
            frontier.push(Hash::ZERO);
        }
    }
}
