//! The promises of the seeded world: exact numbers, the same bytes again, and a truth that holds
//! for every row of every file.

use std::collections::{BTreeMap, HashMap, HashSet};

use accord_testkit::geo::Geo;
use accord_testkit::world::{Fault, RowKind, Settings, Trap, Truth, Variation, World};
use calamine::Reader as _;
use jiff::civil::{Date, Time, date};
use sha2::{Digest as _, Sha256};

const TODAY: Date = date(2026, 11, 22);

fn world(seed: u64, people: u32) -> World {
    World::new(Settings { seed, people, today: TODAY })
}

#[test]
fn there_are_exactly_as_many_people_as_asked() {
    for people in [1, 126, 127, 2_000, 20_000] {
        let world = world(3, people);
        assert_eq!(world.truth.people.len(), people as usize);
        assert_eq!(world.employers().count(), 127);
        assert_eq!(world.employers().map(|e| e.people).sum::<u32>(), people);
        if people >= 127 {
            assert!(world.employers().all(|e| e.people > 0));
            assert_eq!(world.staff_files.len(), 127);
        }
        for (at, person) in world.truth.people.iter().enumerate() {
            assert_eq!(person.index as usize, at);
            assert!(person.rows.iter().any(|r| r.kind == RowKind::Main), "{person:?}");
        }
    }
}

#[test]
fn at_its_own_size_every_partner_has_the_published_number() {
    let world = world(1, 20_000);
    for partner in Geo::demo().partners.iter().filter(|p| p.id != "PCNS") {
        let found = world.organisations.iter().find(|o| o.id == partner.id);
        assert_eq!(found.map(|o| o.people), Some(partner.people), "{}", partner.id);
    }
    let practices = world.organisations.iter().filter(|o| o.kind == "gp_practice");
    assert_eq!(practices.map(|o| o.people).sum::<u32>(), 1_600);
}

fn fingerprint(world: &World) -> String {
    let mut hash = Sha256::new();
    for file in &world.staff_files {
        hash.update(&file.file_name);
        hash.update(&file.bytes);
    }
    for text in [
        world.truth.people_csv(),
        world.truth.rows_csv(),
        world.sites_csv(),
        world.sessions_csv(),
        world.closures_csv(),
        world.deliveries_csv(),
        format!("{:?} {:?}", world.organisations, world.agreements),
    ] {
        hash.update(text);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_same_settings_give_the_same_bytes_and_others_do_not() {
    let first = fingerprint(&world(1, 2_000));
    assert_eq!(first, fingerprint(&world(1, 2_000)));
    assert_ne!(first, fingerprint(&world(2, 2_000)));
    let tomorrow = Settings { seed: 1, people: 2_000, today: date(2026, 11, 23) };
    assert_ne!(first, fingerprint(&World::new(tomorrow)));
}

/// Records of a delimited text, an empty line as a record, quoted line breaks inside one.
fn records(text: &str, delimiter: char) -> Vec<Vec<String>> {
    let (mut all, mut record, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                all.push(std::mem::take(&mut record));
            }
            c if c == delimiter && !quoted => record.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    all
}

fn read_back(name: &str, bytes: &[u8]) -> Vec<Vec<String>> {
    if name.ends_with(".xlsx") {
        let mut book = calamine::Xlsx::new(std::io::Cursor::new(bytes)).expect("a workbook");
        let range = book.worksheet_range("Staff").expect("its only sheet");
        assert_eq!(range.start(), Some((0, 0)));
        return range.rows().map(|r| r.iter().map(ToString::to_string).collect()).collect();
    }
    let (text, delimiter) = match name.rsplit('_').next().expect("names have parts") {
        "post.csv" => (encoding_rs::WINDOWS_1252.decode(bytes).0, ','),
        "extract.csv" => {
            assert!(bytes.starts_with(b"\xef\xbb\xbf"), "{name}");
            (encoding_rs::UTF_8.decode(bytes).0, ';')
        }
        "people.txt" => {
            assert!(bytes.starts_with(b"\xff\xfe"), "{name}");
            (encoding_rs::UTF_16LE.decode(bytes).0, '\t')
        }
        "staff.tsv" => (encoding_rs::UTF_8.decode(bytes).0, '\t'),
        _ => (encoding_rs::UTF_8.decode(bytes).0, ','),
    };
    records(&text, delimiter)
}

#[test]
fn every_row_of_the_truth_is_in_its_file_and_no_row_is_without_truth() {
    let world = world(1, 20_000);
    let mut files: HashMap<&str, (Vec<Vec<String>>, HashSet<u32>)> = world
        .staff_files
        .iter()
        .map(|f| (f.file_name.as_str(), (read_back(&f.file_name, &f.bytes), HashSet::new())))
        .collect();
    for person in &world.truth.people {
        for row in &person.rows {
            let (records, seen) = files.get_mut(row.file_name.as_str()).expect("the file exists");
            assert!(seen.insert(row.row), "two people in one row: {row:?}");
            let record = &records[row.row as usize - 1];
            let found = record.iter().any(|cell| cell.contains(&row.surname));
            let spoilt = row.planted_fault == Some(Fault::MissingName);
            assert!(found || spoilt, "{row:?}\n{record:?}");
        }
    }
    for row in &world.truth.other_rows {
        let (records, seen) = files.get_mut(row.file_name.as_str()).expect("the file exists");
        assert!(seen.insert(row.row), "{row:?}");
        let record = &records[row.row as usize - 1];
        match row.what.as_str() {
            "blank" => assert!(record.iter().all(String::is_empty), "{record:?}"),
            "total" => assert_eq!(record[0], "Total"),
            "leaver" => assert!(record.iter().any(|c| c == "Terminate Process Assignment")),
            "repeated_header" => assert!(records[..10].contains(record), "{record:?}"),
            other => panic!("unknown kind of row {other}"),
        }
    }
    for (name, (records, seen)) in files {
        let above = match name {
            n if n.ends_with("post.csv") => 7,
            n if n.ends_with(".xlsx") => 4,
            _ => 1,
        };
        assert_eq!(records.len(), above + seen.len(), "{name}: a row that nobody knows");
    }
}

fn nhs_number_is_valid(number: &str) -> bool {
    let digits: Vec<u32> = number.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits.iter().take(9).zip((2..=10).rev()).map(|(d, w)| d * w).sum();
    digits.len() == 10 && number.starts_with("999") && (sum + digits[9]).is_multiple_of(11)
}

#[test]
fn people_are_as_promised() {
    let world = world(1, 20_000);
    let geo = Geo::demo();
    let people = &world.truth.people;
    let mut numbers = HashSet::new();
    let mut names: HashMap<(String, Date), Vec<u32>> = HashMap::new();
    for person in people {
        let home = geo.postcodes.find(&person.home).expect("homes are real postcodes");
        assert!(home.residential, "nobody lives in a PO box: {}", person.home);
        if let Some(number) = &person.nhs_number {
            assert!(nhs_number_is_valid(number), "{number}");
            assert!(numbers.insert(number), "{number} twice");
        }
        let age = (TODAY - person.born).get_days() / 365;
        assert!((17..=70).contains(&age), "{}", person.born);
        assert!(person.email.ends_with("@example.org") && person.email.is_ascii());
        assert!(person.mobile.starts_with("07700900") && person.mobile.len() == 11);
        let name = format!("{} {}", person.forename, person.surname).to_lowercase();
        names.entry((name, person.born)).or_default().push(person.index);
    }
    for (name, same) in names.iter().filter(|(_, same)| same.len() > 1) {
        let meant = |i: &u32| {
            let trap = people[*i as usize].trap;
            matches!(trap, Some(Trap::SameNameAndBirth(_) | Trap::SameNameAndBirthUnnumbered(_)))
        };
        assert!(same.iter().all(meant), "{name:?} by accident");
    }
    let share = |count: usize| count as f64 / people.len() as f64;
    let priority = |group| share(people.iter().filter(|p| p.priority == group).count());
    for (group, wanted) in [(1, 0.15), (2, 0.25), (3, 0.35), (4, 0.25)] {
        assert!((priority(group) - wanted).abs() < 0.001, "group {group}");
    }
    assert!((share(numbers.len()) - 0.93).abs() < 0.01);
    let two = people.iter().filter(|p| p.rows.iter().any(|r| r.kind == RowKind::OtherEmployer));
    assert!((0.025..0.035).contains(&share(two.count())));
    let traps = |wanted: fn(&Trap) -> bool| people.iter().filter(|p| p.trap.as_ref().is_some_and(wanted)).count();
    assert!(traps(|t| matches!(t, Trap::Twin(_))) >= 20);
    assert!(traps(|t| matches!(t, Trap::SameName(_))) >= 40);
    assert!(traps(|t| matches!(t, Trap::SameNameAndBirth(_))) >= 4);
    let teams: HashSet<_> = people.iter().map(|p| (&p.employer_id, &p.team)).collect();
    let mean = people.len() as f64 / teams.len() as f64;
    assert!((18.0..28.0).contains(&mean), "mean team {mean}");
}

#[test]
fn every_edge_name_and_every_fault_is_there() {
    let world = world(1, 20_000);
    let mut surnames = HashSet::new();
    let mut faults: HashMap<Fault, usize> = HashMap::new();
    let mut rows = 0;
    for row in world.truth.people.iter().flat_map(|p| &p.rows) {
        surnames.insert(row.surname.as_str());
        rows += 1;
        if let Some(fault) = row.planted_fault {
            *faults.entry(fault).or_default() += 1;
        }
    }
    for (forename, surname, why) in &Geo::demo().edge_names {
        assert!(surnames.contains(surname.as_str()), "{forename} {surname}: {why}");
    }
    assert_eq!(faults.len(), 6, "{faults:?}");
    let share = faults.values().sum::<usize>() as f64 / f64::from(rows);
    assert!((0.006..0.013).contains(&share), "{share}");
}

#[test]
fn pairs_that_the_lists_leave_open_are_there_and_the_truth_tells_which_is_which() {
    for (seed, people, each) in [(1, 20_000, 5), (2, 20_000, 5), (1, 2_000, 1), (2, 2_000, 1), (3, 2_000, 1)] {
        let world = world(seed, people);
        let mut written: HashMap<Variation, usize> = HashMap::new();
        let mut alike: HashMap<&str, usize> = HashMap::new();
        for person in &world.truth.people {
            let varied: Vec<_> = person.rows.iter().filter(|row| row.variation.is_some()).collect();
            for row in &varied {
                assert_eq!((row.kind, person.rows.len()), (RowKind::OtherEmployer, 2), "{person:?}");
                assert_ne!(row.employer_id, person.employer_id);
                assert_eq!(row.planted_fault, None);
                *written.entry(row.variation.expect("varied")).or_default() += 1;
            }
            let Some(trap) = person.trap.filter(|trap| trap.leaves_it_open()) else { continue };
            assert!(varied.is_empty() && person.rows.len() == 1, "{person:?}");
            let other = &world.truth.people[trap.other() as usize];
            assert_eq!(other.trap.map(Trap::other), Some(person.index));
            assert_ne!(person.employer_id, other.employer_id);
            assert_eq!(person.surname, other.surname);
            let (named, born, housed) =
                (person.forename == other.forename, person.born == other.born, person.home == other.home);
            let kind = match trap {
                Trap::SameNameAndBirthUnnumbered(_) => "one name",
                Trap::TwinByInitial(_) => "twins",
                _ => "parent and child",
            };
            let expected = [("one name", true, true, false), ("twins", false, true, true)];
            let expected = expected.iter().find(|e| e.0 == kind).map_or((true, false, true), |e| (e.1, e.2, e.3));
            assert_eq!((named, born, housed), expected, "{person:?} {other:?}");
            *alike.entry(kind).or_default() += 1;
        }
        assert!(written.len() == 5 && written.values().all(|n| *n == each), "{seed} {people}: {written:?}");
        assert!(alike.len() == 3 && alike.values().all(|n| *n == 2 * each), "{seed} {people}: {alike:?}");
    }
}

/// Leave that spans the days in which first appointments are given.
fn away_for_long(world: &World) -> usize {
    let from = world.campaign.starts.to_string();
    let until = world.campaign.first_dose_until.to_string();
    let spans = |cell: &String| match cell.split_once(" to ") {
        Some((a, b)) => a.len() == 10 && b.len() == 10 && *a <= *from && *b >= *until,
        None => false,
    };
    let rows = |file: &accord_testkit::world::StaffFile| {
        read_back(&file.file_name, &file.bytes).iter().filter(|record| record.iter().any(spans)).count()
    };
    world.staff_files.iter().map(rows).sum()
}

#[test]
fn a_few_are_away_and_three_employers_have_agreed_too_little() {
    for (seed, people) in [(1, 20_000), (4, 2_000), (5, 2_000)] {
        let world = world(seed, people);
        let away = away_for_long(&world);
        let wanted = people as usize * 3 / 1000;
        assert!((wanted..wanted + wanted / 2 + 1).contains(&away), "{away} of {people} are away");
        for (employer, sites) in [("JSC", 2), ("LLV", 2), ("TDC", 1)] {
            let has = world.organisations.iter().find(|o| o.id == employer).map_or(0, |o| o.people);
            let agreed = world.agreements.iter().flat_map(|a| &a.allocations).filter(|a| a.employer_id == employer);
            let limits: Vec<u32> = agreed.map(|a| a.limit.expect("a foreign site has a limit")).collect();
            assert_eq!(limits.len(), sites, "{employer}: {limits:?}");
            // Of so few people that one is more than a seventh nobody is left out.
            let is_short = sites == 1 && has >= 14;
            assert_eq!(limits.iter().sum::<u32>() < 2 * has, is_short, "{employer}: {limits:?} for {has}");
        }
    }
}

#[test]
fn truth_survives_its_files() {
    let world = world(5, 2_000);
    let (people, rows) = (world.truth.people_csv(), world.truth.rows_csv());
    assert_eq!(Truth::from_csv(&people, &rows).as_ref(), Ok(&world.truth));
    let spoilt = people.replacen(",F,", ",F,not a date", 1);
    let error = Truth::from_csv(&spoilt, &rows).expect_err("a spoilt file");
    assert_eq!(error.file, "people");
    assert!(error.record >= 2, "{error}");
}

#[test]
fn capacity_is_comfortable_but_for_one_corner() {
    for (seed, today) in [(1, TODAY), (7, TODAY), (1, date(2026, 12, 13)), (2, date(2027, 3, 4))] {
        let world = World::new(Settings { seed, people: 20_000, today });
        let (first, second) = world.capacity();
        let wanted = 20_000.0 / 0.92;
        assert!((f64::from(first) / wanted - 1.0).abs() < 0.02, "dose 1: {first}");
        assert!(f64::from(second) > f64::from(first) * 1.05, "dose 2: {second}");
        assert!((30..=45).contains(&world.sites.len()), "{} sites", world.sites.len());
        let mut by_site: BTreeMap<&str, u32> = BTreeMap::new();
        for (date, template) in world.sessions() {
            assert!(template.places() > 0 && template.from < template.until, "{template:?}");
            assert!(date >= world.campaign.starts && date <= world.campaign.ends);
            *by_site.entry(&template.site_id).or_default() += template.places();
        }
        assert_eq!(by_site.len(), world.sites.len(), "every site opens");
        let doses: u32 = world.deliveries.iter().map(|d| d.doses).sum();
        assert!(doses >= first + second);
        for product in ["ALPHA", "BETA"] {
            assert!(world.templates.iter().any(|t| t.product == product));
        }
        no_sessions_overlap(&world);
        allocations_keep_their_share(&world, &by_site);
    }
}

/// At one site and day one session ends before the next begins.
fn no_sessions_overlap(world: &World) {
    let mut by_day: BTreeMap<(&str, Date), Vec<(Time, Time)>> = BTreeMap::new();
    for (date, template) in world.sessions() {
        let day = by_day.entry((&template.site_id, date)).or_default();
        day.push((template.from, template.until));
    }
    for (day, mut sessions) in by_day {
        sessions.sort();
        let apart = sessions.windows(2).all(|pair| pair[0].1 <= pair[1].0);
        assert!(apart, "{day:?} {sessions:?}");
    }
}

/// No foreign employer may use more than 35 % of a site, 60 % of a hub.
fn allocations_keep_their_share(world: &World, places: &BTreeMap<&str, u32>) {
    let hubs: HashSet<&str> = world.sites.iter().filter(|s| s.kind == "hospital_hub").map(|s| s.id.as_str()).collect();
    for agreement in &world.agreements {
        for allocation in &agreement.allocations {
            let site = allocation.site_id.as_str();
            let share = if hubs.contains(site) { 0.60 } else { 0.35 };
            let most = (f64::from(places[site]) * share).ceil() as u32;
            assert!(allocation.limit.is_none_or(|limit| limit <= most));
        }
        let mut signatories = agreement.signatories.iter();
        assert!(signatories.all(|s| s.name.ends_with("(fictitious)")));
    }
}

#[test]
fn nine_access_attributes_and_csv_heads_are_stable() {
    let world = world(1, 500);
    let head = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    assert!(head(&world.sites_csv()).starts_with("OdsCode,Name,Address,PhoneNumber,Longitude,"));
    assert!(head(&world.sites_csv()).ends_with(",Id,host,kind,postcode,district,slots_owner"));
    assert_eq!(
        head(&world.sessions_csv()),
        "site_id,weekday,from,until,slot_minutes,stations,product,valid_from,valid_until"
    );
    assert_eq!(head(&world.closures_csv()), "site_id,date,reason");
    assert_eq!(head(&world.deliveries_csv()), "site_id,product,date,doses");
    let hubs = world.sites.iter().filter(|s| s.kind == "hospital_hub");
    assert!(hubs.clone().count() == 3 && hubs.clone().all(|s| s.access == [true; 9]));
    let postcodes: HashSet<_> = world.sites.iter().map(|s| &s.postcode).collect();
    assert_eq!(postcodes.len(), world.sites.len());
    for site in &world.sites {
        let host = world.organisations.iter().find(|o| o.id == site.host_id);
        assert!(host.is_some_and(|h| h.is_host), "{}", site.name);
    }
}
