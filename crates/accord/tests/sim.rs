//! `accord sim` in small: a few seeds come to their end with every invariant kept, and each of them twice to the same state.
//! The many seeds, and that each rare path is walked, are for the command itself.

use accord::sim::{Rare, Seen, Stage};

const SEEDS: std::ops::Range<u64> = 0..6;

#[test]
fn a_seed_comes_to_the_same_state_twice() {
    let mut stage = Stage::new().expect("a stage");
    let mut seen = Seen::default();
    for seed in SEEDS {
        let ran = stage.run(seed, 40).unwrap_or_else(|failed| panic!("{failed:#?}"));
        let again = stage.run(seed, 40).unwrap_or_else(|failed| panic!("{failed:#?}"));
        assert_eq!((&ran.hash, ran.forms, &ran.seen), (&again.hash, again.forms, &again.seen), "seed {seed}");
        seen.add(&ran.seen);
    }
    let walked = Rare::ALL.len() - seen.never().len();
    assert!(walked > Rare::ALL.len() / 2, "too little happens: {:?}", seen.never());
}

#[test]
fn every_rare_path_has_words_of_its_own() {
    let mut words: Vec<&str> = Rare::ALL.iter().map(|rare| rare.words()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), Rare::ALL.len());
}
