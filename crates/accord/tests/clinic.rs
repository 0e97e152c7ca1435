//! Clinics: their files, what is refused and where, slots, doses as running totals, the way there.

use accord::base::db::{Stop, StoreError, Tx};
use accord::base::fingerprint;
use accord::base::ids::{Id, ProductId, SiteId, SlotId};
use accord::clinic::csv;
use accord::clinic::import::{self, Faulty, Imported};
use accord::clinic::refusal::ClinicRefusal;
use accord::clinic::slot::{FreeDay, Share, Wanted, free_slots};
use accord::clinic::stock::{BEGIN_OF_TIME, END_OF_TIME, StockRow, running_totals};
use accord::clinic::travel::{self, Travel, TravelRow};
use accord::clinic::{product, session, site, store};
use accord::on_both_engines;
use accord::partnership::organisation::{self, NewOrganisation};
use accord::testing::Fresh;
use accord_formats::{AccessNeeds, OdsCode};
use jiff::civil::{Date, date};
use proptest::prelude::*;

const SITES: &str = "\u{feff}OdsCode,Name,Address,PhoneNumber,Longitude,Latitude,ICB,Region,Site type,accessible_toilet,\
braille_translation_service,disabled_car_parking,car_parking,induction_loop,sign_language_service,step_free_access,\
text_relay,wheelchair_access,Id,host,kind,postcode,district,slots_owner\r\n\
RDE,\"Hub, East\",\"Turner Road, Colchester, CO4 5JL\",01632 960001,0.9,51.9,QJG,Y61,Hospital,TRUE,FALSE,TRUE,TRUE,FALSE,\
FALSE,TRUE,FALSE,TRUE,VS1,RDE,hospital_hub,CO4 5JL,E07000071,accord\r\n\
RDE,=Pharmacy,High Street,N,1.15,52.05,QJG,Y61,Pharmacy,FALSE,FALSE,FALSE,FALSE,FALSE,FALSE,FALSE,FALSE,FALSE,VS2,RDE,\
pharmacy,IP1 2BX,E07000202,partner\r\n";
const SESSIONS: &str = "site_id,weekday,from,until,slot_minutes,stations,product,valid_from,valid_until\r\n\
VS1,Monday,09:00,10:00,20,2,ALPHA,2027-01-04,2027-01-31\r\n\
VS1,Tuesday,9:00,9:50,20,1,BETA,2027-01-04,2027-01-31\r\n\
VS2,Wednesday,13:00,14:00,10,1,ALPHA,2027-01-04,2027-01-10\r\n";
const CLOSURES: &str = "site_id,date,reason\r\nVS1,2027-01-18,Snow\r\n";
const DELIVERIES: &str = "site,product,arrives_on,doses\r\nVS1,ALPHA,2027-01-03,2\r\nVS1,ALPHA,2027-01-10,3\r\n";

fn write<T: Send + 'static, R: std::fmt::Debug + Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static,
) -> T {
    fresh.db.write_now(&fresh.who, f).expect("written")
}

fn read<T: Send + 'static>(fresh: &Fresh, f: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static) -> T {
    fresh.db.read_now(&fresh.who, f).expect("read")
}

fn refused<T: Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<ClinicRefusal>> + Send + 'static,
) -> ClinicRefusal {
    let before = read(fresh, fingerprint::of);
    let Err(Stop::Refused(no)) = fresh.db.write_now(&fresh.who, f) else { panic!("this was to be refused") };
    assert_eq!(before, read(fresh, fingerprint::of), "a refusal left a trace");
    no
}

fn take_stock(tx: &mut Tx<'_>, day: store::StockDay, n: i64) -> Result<bool, StoreError> {
    Ok(store::take_stocks(tx, &[(day, n)])? == [true])
}

fn take_place(tx: &mut Tx<'_>, slot: SlotId, n: i64, share: Share) -> Result<bool, StoreError> {
    Ok(store::take_places(tx, &[(slot, n)], share)? == [true])
}

fn plain<T>(result: Result<T, StoreError>) -> Result<T, Stop<()>> {
    result.map_err(Stop::Store)
}

fn founded(fresh: &Fresh) {
    write(fresh, |tx| organisation::found(tx, "Test", "goal", true));
    write(fresh, |tx| {
        organisation::admit(
            tx,
            &NewOrganisation {
                code: OdsCode::parse("RDE").expect("a code"),
                name: "East Trust".into(),
                kind: "acute_trust".into(),
                postcode: None,
                is_employer: true,
                is_host: true,
                declared_headcount: None,
                contact_name: "Alex Example (fictitious)".into(),
                contact_role: "Manager".into(),
            },
        )
    });
    for code in ["ALPHA", "BETA"] {
        write(fresh, move |tx| product::add(tx, code, &format!("Product {code}")));
    }
}

fn filled(fresh: &Fresh) {
    founded(fresh);
    assert_eq!(sites(fresh, SITES).added, 2);
    assert_eq!(sessions(fresh, SESSIONS, Some(CLOSURES)).added, 8);
    assert_eq!(deliveries(fresh, DELIVERIES).added, 2);
}

fn sites(fresh: &Fresh, text: &str) -> Imported {
    let text = text.to_owned();
    write(fresh, move |tx| import::import_sites(tx, &text, Faulty::Refuse))
}

fn sessions(fresh: &Fresh, text: &str, closures: Option<&'static str>) -> Imported {
    let text = text.to_owned();
    write(fresh, move |tx| import::import_sessions(tx, &text, closures, Faulty::Refuse))
}

fn deliveries(fresh: &Fresh, text: &str) -> Imported {
    let text = text.to_owned();
    write(fresh, move |tx| import::import_deliveries(tx, &text, Faulty::Refuse))
}

fn all_slots(fresh: &Fresh) -> Vec<store::SlotFacts> {
    read(fresh, |tx| store::slots_between(tx, date(2027, 1, 1), date(2027, 12, 31)))
}

fn ids(fresh: &Fresh) -> (SiteId, ProductId) {
    let site = read(fresh, site::all).into_iter().find(|s| s.facts.code == "VS1").expect("there").id;
    let product = read(fresh, product::all).into_iter().find(|p| p.code == "ALPHA").expect("there").id;
    (site, product)
}

on_both_engines! {
    fn files_become_sites_sessions_and_slots(fresh) {
        filled(fresh);
        let there = read(fresh, site::all);
        let wanted = AccessNeeds::parse("accessible toilet; disabled parking; car parking; step-free; wheelchair");
        assert_eq!(there[0].facts.access, wanted.expect("reads"));
        assert_eq!((there[1].facts.name.as_str(), there[1].facts.phone.as_str()), ("=Pharmacy", ""));
        let slots = all_slots(fresh);
        let of = |d: Date| slots.iter().filter(|s| s.date == d).map(|s| (s.start_minute, s.capacity)).collect::<Vec<_>>();
        assert_eq!(of(date(2027, 1, 4)), [(540, 2), (560, 2), (580, 2)]);
        assert_eq!(of(date(2027, 1, 5)), [(540, 1), (560, 1)], "ten minutes are no slot");
        assert_eq!(of(date(2027, 1, 18)), []);
        assert_eq!(slots[0].starts_us, accord::testing::BEGIN_US + 3_600_000_000);
        let by_id = slots[0].id;
        let one = read(fresh, move |tx| store::slots_by_ids(tx, &[by_id, Id::from_uuid(uuid::Uuid::nil())]));
        assert_eq!(one, slots[..1]);
        assert_eq!(one[0].slots_owner, site::SlotsOwner::Accord);
    }

    fn own_files_come_back_as_they_were(fresh) {
        filled(fresh);
        let exported = |fresh: &Fresh| (
            read(fresh, import::export_sites), read(fresh, import::export_sessions), read(fresh, import::export_deliveries),
        );
        let (a, b, c) = exported(fresh);
        let before = read(fresh, fingerprint::of);
        assert_eq!(sites(fresh, &a), Imported { same: 2, ..Imported::default() });
        assert_eq!(sessions(fresh, &b, None), Imported { same: 8, ..Imported::default() });
        assert_eq!(deliveries(fresh, &c), Imported { same: 2, ..Imported::default() });
        assert_eq!(sites(fresh, SITES).same, 2);
        assert_eq!(before, read(fresh, fingerprint::of), "a file that came again changed something");
        let second = Fresh::lite();
        founded(&second);
        sites(&second, &a);
        sessions(&second, &b, None);
        deliveries(&second, &c);
        assert_eq!(exported(&second), (a, b, c));
        assert_eq!(all_slots(&second).len(), all_slots(fresh).len());
    }

    fn a_bad_file_names_the_place_and_writes_nothing(fresh) {
        filled(fresh);
        let head = "site,weekday,from,until,slot_minutes,stations,product,from_date,until_date,except\n";
        let row = |cells: &str| format!("{head}{cells}\n");
        let table: Vec<(String, u32, &str, &str)> = vec![
            (row("VS2,Monday,10:00,09:00,10,1,ALPHA,2027-01-04,2027-01-31,"), 2, "until", "a time after 10:00, when it starts"),
            (row("VS2,Monday,10:00,10:00,10,1,ALPHA,2027-01-04,2027-01-31,"), 2, "until", "a time after 10:00, when it starts"),
            (row("VS2,Monday,10:00,10:30,45,1,ALPHA,2027-01-04,2027-01-31,"), 2, "slot_minutes", "at most the session's 30 minutes"),
            (row("VS2,Monday,10:00,10:30,0,1,ALPHA,2027-01-04,2027-01-31,"), 2, "slot_minutes", "at least 1 minute"),
            (row("VS2,Monday,10:00,10:30,10,0,ALPHA,2027-01-04,2027-01-31,"), 2, "stations", "at least 1"),
            (row("VS2,Monday,10:00,10:30,10,1,ALPHA,2027-01-31,2027-01-04,"), 2, "until_date", "2027-01-31 or later, when it begins"),
            (row("VS2,Monday,10:00,10:30,10,1,ALPHA,2027-01-05,2027-01-10,"), 2, "until_date", "a range with a Monday in it"),
            (row("VS2,Monday,10:00,10:30,10,1,ALPHA,2027-01-04,2027-01-31,2027-02-01"), 2, "except", "days on which the session would be, unlike 2027-02-01"),
            (row("VS2,Monday,25:00,26:30,10,1,ALPHA,2027-01-04,2027-01-31,"), 2, "from", "a time such as 09:00"),
            (row("VS2,Moonday,10:00,10:30,10,1,ALPHA,2027-01-04,2027-01-31,"), 2, "weekday", "a day such as Monday"),
            (row("VS9,Monday,10:00,10:30,10,1,ALPHA,2027-01-04,2027-01-31,"), 2, "site", "the id of a site that was imported"),
            (row("VS2,Monday,10:00,10:30,10,1,GAMMA,2027-01-04,2027-01-31,"), 2, "product", "one of ALPHA, BETA"),
            (row("VS1,Monday,09:30,11:00,10,1,ALPHA,2027-01-04,2027-01-31,"), 2, "from", "a time outside the session of 2027-01-04 there from 09:00 to 10:00"),
            (row("VS2,Friday,09:00,11:00,10,1,ALPHA,2027-01-04,2027-01-10,\nVS2,Friday,10:00,12:00,10,1,ALPHA,2027-01-04,2027-01-10,"), 3, "from", "a time outside the session of 2027-01-08 there from 09:00 to 11:00"),
            ("name,number\nA,1\n".into(), 1, "site", "a column headed \"site\" or \"site_id\""),
            (String::new(), 1, "", "a heading and at least one record"),
        ];
        for (text, row, column, wanted) in table {
            let shown = text.clone();
            let no = refused(fresh, move |tx| import::import_sessions(tx, &text, None, Faulty::Refuse));
            let ClinicRefusal::Faults(faults) = no else { panic!("{no:?}") };
            let first = &faults[0];
            assert_eq!((first.row, first.column.as_str(), first.wanted.as_str()), (row, column, wanted), "{shown}");
        }
    }

    fn a_bad_site_file_names_the_place(fresh) {
        founded(fresh);
        let swap = |from: &str, to: &str| SITES.replacen(from, to, 1);
        let table = [
            (swap("VS1,RDE", "VS1,RDF"), "host", "the code of an organisation that gives capacity, such as RDE (East Trust)"),
            (swap("51.9", "5.19"), "Latitude", "degrees from 49.8 to 60.9"),
            (swap(",CO4 5JL,", ",CO4 ZZZ,"), "postcode", "a UK postcode such as CO4 5JL, also at the end of the address"),
            (swap(",TRUE,FALSE", ",TRUE,perhaps"), "braille_translation_service", "TRUE or FALSE"),
            (swap(",accord", ",us"), "slots_owner", "accord or partner"),
            (swap("VS2", "VS1"), "Id", "each site once"),
        ];
        for (text, column, wanted) in table {
            let no = refused(fresh, move |tx| import::import_sites(tx, &text, Faulty::Refuse));
            let ClinicRefusal::Faults(faults) = no else { panic!("{no:?}") };
            assert_eq!((faults[0].column.as_str(), faults[0].wanted.as_str()), (column, wanted));
        }
        let text = swap("51.9", "5.19");
        let rest = write(fresh, move |tx| import::import_sites(tx, &text, Faulty::LeaveOut));
        assert_eq!((rest.added, rest.faults.len()), (1, 1));
    }

    fn a_dose_is_given_from_the_day_after_it_arrives_and_never_twice(fresh) {
        filled(fresh);
        let (at, of) = ids(fresh);
        let take = |d: Date, n| write(fresh, move |tx| plain(take_stock(tx, (at, of, d), n)));
        let give_back = |d: Date, n| write(fresh, move |tx| plain(store::give_back_stock(tx, (at, of, d), n)));
        assert!(!take(date(2027, 1, 3), 1), "it arrives that day");
        assert!(!take(date(2027, 1, 4), 3));
        assert!(take(date(2027, 1, 25), 4));
        assert!(take(date(2027, 1, 4), 1));
        assert!(!take(date(2027, 1, 4), 1), "later bookings hold the rest");
        assert!(!take(date(2027, 1, 25), 1));
        give_back(date(2027, 1, 25), 1);
        assert!(take(date(2027, 1, 4), 1));
        let beta = read(fresh, product::all).into_iter().find(|p| p.code == "BETA").expect("there").id;
        assert!(write(fresh, move |tx| plain(take_stock(tx, (at, beta, date(2027, 1, 5)), 99))), "not tracked");
    }

    fn a_new_delivery_keeps_what_is_taken_and_one_less_is_refused(fresh) {
        filled(fresh);
        let (at, of) = ids(fresh);
        let slots: Vec<_> = all_slots(fresh).into_iter().filter(|s| s.site == at && s.product == of).collect();
        for slot in slots.iter().filter(|s| s.date == date(2027, 1, 4)).take(2) {
            let (id, day) = (slot.id, slot.date);
            assert!(write(fresh, move |tx| plain(Ok(take_stock(tx, (at, of, day), 1)? && take_place(tx, id, 1, Share::Everybody)?))));
        }
        deliveries(fresh, "site,product,date,doses\nVS1,ALPHA,2027-01-06,4\n");
        let rows = read(fresh, move |tx| store::stock::rows(tx, at, of));
        let shown: Vec<_> = rows.iter().map(|r| (r.from, r.until, r.delivered, r.taken)).collect();
        let d = |day| date(2027, 1, day);
        assert_eq!(shown, [
            (BEGIN_OF_TIME, d(3), 0, 0), (d(4), d(5), 2, 2), (d(6), d(10), 6, 2), (d(11), END_OF_TIME, 9, 2),
        ]);
        let less = "site,product,arrives_on,doses\nVS1,ALPHA,2027-01-03,1\n";
        let no = refused(fresh, move |tx| import::import_deliveries(tx, less, Faulty::Refuse));
        let (site, product) = ("VS1".to_owned(), "ALPHA".to_owned());
        assert_eq!(no, ClinicRefusal::StockInUse { site, product, until: d(5), taken: 2, delivered: 1 });
    }

    fn the_first_delivery_counts_a_booking_under_way(fresh) {
        filled(fresh);
        let at = ids(fresh).0;
        let beta = read(fresh, product::all).into_iter().find(|p| p.code == "BETA").expect("there").id;
        let slot = all_slots(fresh).into_iter().find(|s| s.product == beta).expect("a slot of beta");
        std::thread::scope(|scope| {
            let (tell, told) = std::sync::mpsc::sync_channel(1);
            let tell = std::sync::Mutex::new(tell);
            scope.spawn(move || write(fresh, move |tx| {
                assert!(plain(take_stock(tx, (at, beta, slot.date), 1))?, "not tracked yet");
                tell.lock().expect("nobody panicked").try_send(()).ok();
                // Long enough for the delivery to pass by, if nothing holds it.
                std::thread::sleep(std::time::Duration::from_millis(80));
                plain(take_place(tx, slot.id, 1, Share::Everybody))
            }));
            told.recv().expect("the booking is under way");
            deliveries(fresh, "site,product,arrives_on,doses\nVS1,BETA,2027-01-01,9\n");
        });
        let rows = read(fresh, move |tx| store::stock::rows(tx, at, beta));
        assert_eq!(rows.last().map(|r| (r.delivered, r.taken)), Some((9, 1)));
    }

    fn a_slot_holds_its_stations_and_no_more(fresh) {
        filled(fresh);
        let slot = all_slots(fresh)[0].clone();
        let (id, session) = (slot.id, slot.session);
        let take = |n| write(fresh, move |tx| plain(take_place(tx, id, n, Share::Everybody)));
        assert!(take(1) && take(1) && !take(1));
        write(fresh, move |tx| plain(store::give_back_place(tx, id, 1)));
        assert!(!take(2) && take(1));
        let seen = read(fresh, move |tx| store::slot(tx, id)).expect("there");
        assert_eq!((seen.taken, seen.session_open, seen.site_open), (2, true, true));
        write(fresh, move |tx| session::close(tx, session));
        write(fresh, move |tx| site::close(tx, slot.site));
        let seen = read(fresh, move |tx| store::slot(tx, id)).expect("there");
        assert_eq!((seen.session_open, seen.site_open), (false, false));
        let none = refused(fresh, |tx| session::close(tx, Id::from_uuid(uuid::Uuid::nil())));
        assert_eq!(none, ClinicRefusal::UnknownSession);
    }

    fn free_slots_are_those_with_a_place_and_a_dose_the_next_day_first(fresh) {
        filled(fresh);
        let (at, of) = ids(fresh);
        let far = read(fresh, site::all)[1].id;
        let wanted = Wanted {
            products: vec![of], from: date(2027, 1, 4), until: date(2027, 1, 31), sites: vec![(far, 30), (at, 5)],
        };
        let look = || { let wanted = wanted.clone(); read(fresh, move |tx| free_slots(tx, &wanted)) };
        let shown = |days: &[FreeDay]| days.iter().map(|d| (d.date.day(), d.minutes, d.slots.len())).collect::<Vec<_>>();
        assert_eq!(shown(&look()), [(4, 5, 3), (6, 30, 6), (11, 5, 3), (25, 5, 3)]);
        assert!(write(fresh, move |tx| plain(take_stock(tx, (at, of, date(2027, 1, 4)), 2))));
        assert_eq!(shown(&look()), [(6, 30, 6), (11, 5, 3), (25, 5, 3)]);
        fresh.db.clock.advance_us(8 * 24 * 3_600_000_000);
        assert_eq!(shown(&look()), [(25, 5, 3)]);
    }

    fn the_way_there_is_the_same_both_ways(fresh) {
        let row = |a: &str, b: &str, minutes| TravelRow { from_sector: a.into(), to_sector: b.into(), minutes };
        let rows = vec![row("IP4 5", "CO4 5", 31), row("CO4 5", "IP1 2", 29), row("CO4 5", "CO4 5", 9)];
        let table = rows.clone();
        assert_eq!(write(fresh, move |tx| plain(travel::load(tx, &table))), 2);
        let stored = read(fresh, Travel::read);
        for (a, b, minutes) in [("IP4 5", "CO4 5", Some(31)), ("CO4 5", "IP4 5", Some(31)), ("IP4 5", "IP1 2", None), ("X1 1", "X1 1", Some(4))] {
            assert_eq!(stored.minutes(a, b), minutes);
            assert_eq!(Travel::new(&rows).minutes(a, b), minutes);
            assert_eq!(read(fresh, move |tx| travel::minutes(tx, a, b)), minutes);
        }
    }
}

/// The files of the generated world are taken whole, and their sums come out right.
#[test]
fn the_generated_world_is_taken_without_a_fault() {
    let fresh = Fresh::lite();
    let settings = accord_testkit::world::Settings { seed: 5, people: 2_000, today: date(2027, 1, 1) };
    let world = accord_testkit::world::World::new(settings);
    write(&fresh, |tx| organisation::found(tx, "Demo", "goal", true));
    for o in world.organisations.iter().filter(|o| o.is_host) {
        let new = NewOrganisation {
            code: OdsCode::parse(&o.id).expect("a code"),
            name: o.name.clone(),
            kind: o.kind.clone(),
            postcode: None,
            is_employer: o.is_employer,
            is_host: true,
            declared_headcount: None,
            contact_name: o.contact_name.clone(),
            contact_role: o.contact_role.clone(),
        };
        write(&fresh, move |tx| organisation::admit(tx, &new));
    }
    for p in accord_testkit::world::PRODUCTS {
        write(&fresh, move |tx| product::add(tx, p.code, p.name));
    }
    assert_eq!(sites(&fresh, &world.sites_csv()).added as usize, world.sites.len());
    let (text, closures) = (world.sessions_csv(), world.closures_csv());
    let done = write(&fresh, move |tx| import::import_sessions(tx, &text, Some(&closures), Faulty::Refuse));
    assert_eq!(done.added as usize, world.sessions().len());
    assert_eq!(deliveries(&fresh, &world.deliveries_csv()).added as usize, world.deliveries.len());
    let slots = all_slots(&fresh);
    let (first, second) = world.capacity();
    assert_eq!(slots.iter().map(|s| s.capacity).sum::<i64>(), i64::from(first + second));
    let day = slots[0].clone();
    let took = write(&fresh, move |tx| plain(take_stock(tx, (day.site, day.product, day.date), 1)));
    assert!(took, "a delivery of the first Monday can be given on it");
}

#[test]
fn deliveries_by_the_day_they_can_be_given_arrived_the_day_before() {
    let (rows, faults) = csv::read_deliveries("site_id;product;date;doses\nVS1;alpha;2027-01-04;10\n;ALPHA;4/1/27;0\n");
    assert_eq!((rows.len(), rows[0].arrives_on, rows[0].product.as_str()), (1, date(2027, 1, 3), "ALPHA"));
    assert_eq!(faults.iter().map(|f| f.column.as_str()).collect::<Vec<_>>(), ["site_id", "date", "doses"]);
    assert_eq!(faults[1].sentence(), "Row 3, column \"date\" has \"4/1/27\": wanted a date such as 2027-01-04.");
}

/// The rule in its plainest form: on no day have more been used so far than can have been given by then.
fn fits(deliveries: &[(i8, i64)], used: &[(i8, i64)]) -> bool {
    (1..=28).all(|day| {
        let given: i64 = deliveries.iter().filter(|(d, _)| *d < day).map(|(_, n)| n).sum();
        let taken: i64 = used.iter().filter(|(d, _)| *d <= day).map(|(_, n)| n).sum();
        taken <= given
    })
}

proptest! {
    #[test]
    fn running_totals_say_what_counting_each_day_says(
        deliveries in prop::collection::vec((1_i8..28, 1_i64..4), 1..5),
        steps in prop::collection::vec((1_i8..=28, 1_i64..3, any::<bool>()), 0..40),
    ) {
        let day = |d: i8| date(2027, 1, d);
        let dated: Vec<(Date, i64)> = deliveries.iter().map(|(d, n)| (day(*d), *n)).collect();
        let mut rows: Vec<StockRow> = running_totals(&dated, &[]);
        let mut used: Vec<(i8, i64)> = Vec::new();
        for (d, n, take) in steps {
            if take {
                used.push((d, n));
                let open = rows.iter().filter(|r| r.until >= day(d)).all(|r| r.taken + n <= r.delivered);
                prop_assert_eq!(open, fits(&deliveries, &used));
                if open {
                    rows.iter_mut().filter(|r| r.until >= day(d)).for_each(|r| r.taken += n);
                } else {
                    used.pop();
                }
            } else if let Some((d, n)) = used.pop() {
                rows.iter_mut().filter(|r| r.until >= day(d)).for_each(|r| r.taken -= n);
            }
        }
        let dated_use: Vec<(Date, i64)> = used.iter().map(|(d, n)| (day(*d), *n)).collect();
        prop_assert_eq!(rows, running_totals(&dated, &dated_use));
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "[a-z,;\"\n0-9:-]{0,80}") {
        let heads = ["site,weekday,from,until,slot_minutes,stations,product,from_date,until_date\n", "OdsCode,Name,Address,Longitude,Latitude\n", "site,product,date,doses\n"];
        for head in heads {
            let text = format!("{head}{text}");
            csv::read_sites(&text);
            csv::read_sessions(&text);
            csv::read_deliveries(&text);
            csv::read_closures(&text);
        }
    }
}
