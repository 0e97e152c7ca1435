//! A transfer that stopped too early: the whole records are shown, nothing is taken without a second yes, and the list sent
//! again takes its place.

use accord::base::db::{Stop, Tx};
use accord::base::fingerprint;
use accord::base::ids::{ImportId, Organisation};
use accord::base::refusal::Refusal;
use accord::cohort::import::{self, Confirm, ImportRefusal, Preview, Previewed, Review, SecondYes};
use accord::testing::Fresh;
use accord::{on_both_engines, p};
use jiff::civil::date;

const WHOLE: &str = "Forename,Surname,Date of birth,Employee number\nAnn,Archer,01/02/1980,100001\n\
                     Bob,Baker,02/03/1981,100002\nCat,Cole,03/04/1982,100003\n";

fn employer(tx: &mut Tx<'_>) -> Result<(), Stop<()>> {
    let id = tx.id::<Organisation>();
    tx.run(
        "INSERT INTO organisation (partnership_id, id, code, name, kind, is_employer, is_host, contact_name, contact_role, admitted_us)
         VALUES ($1, $2, 'AAA', 'A Care', 'care_provider', 1, 0, 'Contact (invented)', 'HR', $3)",
        p![tx.partnership(), id, tx.now()],
    )?;
    Ok(())
}

fn sent(fresh: &Fresh, text: &str, file_name: &str) -> Result<Review, ImportRefusal> {
    let cmd = Preview {
        employer: "AAA".to_owned(),
        file_name: file_name.to_owned(),
        bytes: text.as_bytes().to_vec(),
        today: date(2027, 1, 4),
        mapping: None,
    };
    match fresh.db.write_now(&fresh.who, move |tx| import::preview(tx, &cmd)) {
        Ok(Previewed::Review(review)) => Ok(*review),
        Ok(Previewed::NothingToDo { .. }) => panic!("it was never taken"),
        Err(Stop::Refused(refusal)) => Err(refusal),
        Err(Stop::Store(error)) => panic!("the store: {error}"),
    }
}

fn taken(fresh: &Fresh, import: ImportId, second_yes: bool) -> Result<usize, &'static str> {
    let done = fresh.db.write_now(&fresh.who, move |tx| import::commit(tx, import, Confirm { second_yes }));
    done.map(|committed| committed.counts.added).map_err(|stop| match stop {
        Stop::Refused(refusal) => refusal.code(),
        Stop::Store(error) => panic!("the store: {error}"),
    })
}

fn print(fresh: &Fresh) -> String {
    fresh.db.read_now(&fresh.who, fingerprint::of).expect("reads")
}

on_both_engines! {
    fn a_cut_transfer_waits_for_a_second_yes_or_for_the_whole_list(fresh) {
        fresh.db.write_now(&fresh.who, employer).expect("an employer");
        let cut = &WHOLE[..WHOLE.len() - 20];
        let review = sent(fresh, cut, "staff.csv").expect("it is read");
        assert_eq!((review.counts.added, review.counts.rows), (2, 3), "the whole records are shown, the cut one is counted");
        assert!(matches!(review.second_yes[..], [SecondYes::CutOff(cut)] if cut.row == 4 && cut.inside));
        assert!(review.second_yes[0].sentence().contains("stops in the middle of row 4"));
        let import = review.import.expect("it waits");
        let before = print(fresh);
        assert_eq!(taken(fresh, import, false), Err("needs_second_yes"));
        assert_eq!(print(fresh), before);

        let whole = sent(fresh, WHOLE, "staff again.csv").expect("it takes the place of the piece");
        assert!(whole.second_yes.is_empty());
        assert_eq!(taken(fresh, import, true), Err("not_in_review"), "the piece is discarded");
        assert_eq!(taken(fresh, whole.import.expect("it waits"), false), Ok(3));
    }

    fn a_whole_list_in_review_is_not_pushed_aside(fresh) {
        fresh.db.write_now(&fresh.who, employer).expect("an employer");
        let first = sent(fresh, WHOLE, "staff.csv").expect("it is read").import.expect("it waits");
        let refused = sent(fresh, &WHOLE.replace("Ann", "Anna"), "other.csv").map(drop);
        assert_eq!(refused, Err(ImportRefusal::AnotherWaits { file: "staff.csv".into() }));
        assert_eq!(taken(fresh, first, false), Ok(3));
    }

    fn whoever_knows_better_takes_the_piece(fresh) {
        fresh.db.write_now(&fresh.who, employer).expect("an employer");
        let review = sent(fresh, &WHOLE[..WHOLE.len() - 20], "staff.csv").expect("it is read");
        assert_eq!(taken(fresh, review.import.expect("it waits"), true), Ok(2));
    }
}
