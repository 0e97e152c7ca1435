//! The store's promises, on both engines: what is answered was committed, what is refused left no trace.

use accord::base::audit::{self, Done};
use accord::base::db::{Actor, Db, Place, Stop, StoreError, Tx, migrate};
use accord::base::fingerprint;
use accord::base::ids::{Organisation, OrganisationId};
use accord::{on_both_engines, p};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

fn organisation(tx: &mut Tx<'_>, code: &str) -> Result<OrganisationId, StoreError> {
    let id = tx.id::<Organisation>();
    tx.run(
        "INSERT INTO organisation (partnership_id, id, code, name, kind, is_employer, is_host, contact_name, contact_role, admitted_us)
         VALUES ($1, $2, $3, 'A', 'council', 1, 0, '', '', $4)",
        p![tx.partnership(), id, code, tx.now()],
    )?;
    Ok(id)
}

fn count(db: &Db, who: &Actor) -> i64 {
    db.read_now(who, |tx| tx.one::<(i64,)>("SELECT COUNT(*) FROM organisation", p![])).expect("counts").0
}

on_both_engines! {
    fn a_refused_use_case_leaves_nothing_and_its_neighbours_stay(fresh) {
        let write = |code: &'static str, refuse: bool| {
            fresh.db.write_now(&fresh.who, move |tx| {
                organisation(tx, code)?;
                if refuse { Err(Stop::Refused("no")) } else { Ok(()) }
            })
        };
        write("A", false).expect("kept");
        assert!(matches!(write("B", true), Err(Stop::Refused("no"))));
        write("C", false).expect("kept");
        assert_eq!(count(&fresh.db, &fresh.who), 2);
    }

    fn who_stops_after_writing_takes_nobody_along(fresh) {
        // Many at once, so that some are of one group; of each ten one writes and stops, one panics, one stops before.
        std::thread::scope(|scope| {
            for n in 0..80 {
                scope.spawn(move || {
                    let done = fresh.db.write_now(&fresh.who, move |tx| {
                        if n % 10 == 3 {
                            return Err(Stop::Refused("before"));
                        }
                        organisation(tx, &format!("A{n}"))?;
                        assert_ne!(n % 10, 7, "planted");
                        if n % 10 == 5 { Err(Stop::Refused("after")) } else { Ok(n) }
                    });
                    match n % 10 {
                        3 => assert!(matches!(done, Err(Stop::Refused("before")))),
                        5 => assert!(matches!(done, Err(Stop::Refused("after")))),
                        7 => assert!(matches!(done, Err(Stop::Store(StoreError::Panicked)))),
                        _ => assert!(matches!(done, Ok(id) if id == n)),
                    }
                });
            }
        });
        assert_eq!(count(&fresh.db, &fresh.who), 56);
    }

    fn many_who_seal_at_once_keep_one_chain(fresh) {
        let note = |tx: &mut Tx<'_>| {
            let (verb, noun) = ("make", "organisation");
            let done = Done { organisation: None, verb, noun, noun_id: String::new(), detail: "{}".into() };
            audit::record(tx, &done).map_err(Stop::<()>::Store)
        };
        std::thread::scope(|scope| {
            for n in 0..8 {
                scope.spawn(move || {
                    for _ in 0..60 {
                        if n % 2 == 0 {
                            fresh.db.write_now(&fresh.who, note).expect("noted");
                        } else {
                            let seal = |tx: &mut Tx<'_>| audit::seal(tx, 20).map_err(Stop::<()>::Store);
                            fresh.db.write_now(&fresh.who, seal).expect("sealed");
                        }
                    }
                });
            }
        });
        accord::app::seal_now(&fresh.db, &fresh.who).expect("sealed");
        let found = fresh.db.read_now(&fresh.who, |tx| audit::broken(tx, i64::MAX));
        assert_eq!(found, Ok((0, 0)), "links that do not hold, and rows without one");
    }

    fn constraints_answer_by_their_names(fresh) {
        let twice = fresh.db.write_now(&fresh.who, |tx| {
            organisation(tx, "A")?;
            organisation(tx, "A").map_err(Stop::<()>::Store)
        });
        assert!(matches!(twice, Err(Stop::Store(StoreError::Constraint(name))) if name == "organisation_code_key"));
        let over = fresh.db.write_now(&fresh.who, |tx| {
            tx.run(
                "INSERT INTO slot (partnership_id, id, session_id, site_id, host_id, product_id, date, start_minute, starts_us, minutes, capacity, taken)
                 VALUES ($1, 's', 's', 's', 's', 's', '2027-01-04', 0, 0, 5, 1, 2)",
                p![tx.partnership()],
            ).map_err(Stop::<()>::Store)
        });
        assert!(matches!(over, Err(Stop::Store(StoreError::Constraint(name))) if name == "slot_capacity"));
        assert_eq!(count(&fresh.db, &fresh.who), 0);
    }

    fn a_panic_undoes_its_own_changes_and_the_store_goes_on(fresh) {
        let db = &fresh.db;
        let gone = db.write_now(&fresh.who, |tx| -> Result<(), Stop<()>> {
            organisation(tx, "A")?;
            panic!("planted")
        });
        assert!(matches!(gone, Err(Stop::Store(StoreError::Panicked))));
        db.write_now(&fresh.who, |tx| organisation(tx, "B").map_err(Stop::<()>::Store)).expect("goes on");
        assert_eq!(count(db, &fresh.who), 1);
    }

    fn a_write_never_waits_for_a_reader(fresh) {
        // More reads than there are readers, none of which ends before the write is done: if a write needed one, nothing
        // here would ever end.
        let (written, began) = (Arc::new((Mutex::new(false), Condvar::new())), Arc::new(AtomicU32::new(0)));
        std::thread::scope(|scope| {
            for _ in 0..16 {
                let (written, began) = (Arc::clone(&written), Arc::clone(&began));
                scope.spawn(move || {
                    let waited = fresh.db.read_now(&fresh.who, move |_| {
                        began.fetch_add(1, Ordering::SeqCst);
                        let (done, told) = &*written;
                        let done = done.lock().expect("nobody panics with it");
                        let long = Duration::from_secs(60);
                        Ok(*told.wait_timeout_while(done, long, |done| !*done).expect("nobody panics with it").0)
                    });
                    assert_eq!(waited, Ok(true), "the write came before the readers gave up");
                });
            }
            while began.load(Ordering::SeqCst) < 4 {
                std::thread::yield_now();
            }
            fresh.db.write_now(&fresh.who, |tx| organisation(tx, "A").map_err(Stop::<()>::Store)).expect("written");
            *written.0.lock().expect("nobody panics with it") = true;
            written.1.notify_all();
        });
    }

    fn more_than_can_wait_are_told_so_and_nobody_hangs(fresh) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (done, busy) = runtime.block_on(async {
            let mut all = tokio::task::JoinSet::new();
            for n in 0..6_000 {
                let (db, who) = (fresh.db.clone(), fresh.who.clone());
                all.spawn(async move {
                    let slow = move |_: &mut Tx<'_>| {
                        // The first keep every writer there is until the rest have come.
                        if n < 16 {
                            std::thread::sleep(Duration::from_millis(60));
                        }
                        Ok::<_, Stop<()>>(())
                    };
                    db.write(&who, slow).await
                });
            }
            let (mut done, mut busy) = (0, 0);
            while let Some(one) = all.join_next().await {
                match one.expect("no task panics") {
                    Ok(()) => done += 1,
                    Err(Stop::Store(StoreError::Busy)) => busy += 1,
                    Err(other) => panic!("{other:?}"),
                }
            }
            (done, busy)
        });
        assert_eq!(done + busy, 6_000);
        assert!(done >= 2_048 && busy > 0, "{done} done, {busy} told to come back");
    }

    fn a_read_can_not_write(fresh) {
        let wrote = fresh.db.read_now(&fresh.who, |tx| organisation(tx, "A").map(|_| ()));
        assert!(wrote.is_err());
        assert_eq!(count(&fresh.db, &fresh.who), 0);
    }

    fn parameters_bind_by_number_not_by_first_use(fresh) {
        let (text,): (String,) = fresh.db.read_now(&fresh.who, |tx| {
            tx.one("SELECT CAST($2 AS TEXT) || '-' || CAST($1 AS TEXT)", p!["first", "second"])
        }).expect("reads");
        assert_eq!(text, "second-first");
    }

    fn many_writers_at_once_all_land(fresh) {
        std::thread::scope(|scope| {
            for n in 0..16 {
                let (db, who) = (&fresh.db, &fresh.who);
                scope.spawn(move || for m in 0..25 {
                    db.write_now(who, move |tx| organisation(tx, &format!("{n}-{m}")).map_err(Stop::<()>::Store)).expect("lands");
                });
            }
        });
        assert_eq!(count(&fresh.db, &fresh.who), 400);
    }

    fn the_audit_chain_seals_and_shows_a_changed_row(fresh) {
        let db = &fresh.db;
        for n in 0..5 {
            db.write_now(&fresh.who, move |tx| {
                let done = Done { organisation: None, verb: "try", noun: "thing", noun_id: n.to_string(), detail: "{}".into() };
                audit::record(tx, &done).map_err(Stop::<()>::Store)
            }).expect("recorded");
        }
        let sealed = db.write_now(&fresh.who, |tx| audit::seal(tx, 100).map_err(Stop::<()>::Store)).expect("sealed");
        assert_eq!(sealed, 5);
        let look = |db: &Db| db.read_now(&fresh.who, |tx| audit::broken(tx, i64::MAX)).expect("looked");
        assert_eq!(look(db), (0, 0));
        db.write_now(&fresh.who, |tx| {
            tx.run("UPDATE audit SET detail = 'other' WHERE noun_id = '2'", p![]).map_err(Stop::<()>::Store)
        }).expect("changed");
        assert_eq!(look(db).0, 1);
        db.write_now(&fresh.who, |tx| {
            tx.run("DELETE FROM audit WHERE noun_id = '3'", p![]).map_err(Stop::<()>::Store)
        }).expect("taken out");
        assert!(look(db).0 >= 2);
    }

    fn the_fingerprint_sees_every_change_but_no_sign_in(fresh) {
        let of = |fresh: &accord::testing::Fresh| fresh.db.read_now(&fresh.who, fingerprint::of).expect("hashed");
        let empty = of(fresh);
        fresh.db.write_now(&fresh.who, |tx| organisation(tx, "A").map_err(Stop::<()>::Store)).expect("kept");
        let one = of(fresh);
        assert_ne!(empty, one);
        fresh.db.write_now(&fresh.who, |tx| {
            tx.run(
                "INSERT INTO sign_in_link (partnership_id, id, token_hash, role, created_us, expires_us) VALUES ($1, 'l', 'h', 'campaign_lead', 0, 1)",
                p![tx.partnership()],
            ).map_err(Stop::<()>::Store)
        }).expect("kept");
        assert_eq!(one, of(fresh));
    }

    fn a_newer_or_changed_schema_is_refused_and_left_alone(fresh) {
        let older = migrate::migrate_to(&fresh.db, &fresh.place, &migrate::MIGRATIONS[..3]);
        assert!(matches!(older, Err(StoreError::Engine(said)) if said.contains("newer accord")));
        fresh.db.write_now(&fresh.who, |tx| {
            tx.run("UPDATE schema_migration SET checksum = 'x' WHERE version = 2", p![]).map_err(Stop::<()>::Store)
        }).expect("changed");
        let changed = migrate::migrate(&fresh.db, &fresh.place);
        assert!(matches!(changed, Err(StoreError::Engine(said)) if said.contains("step 2")));
    }
}

/// PostgreSQL would answer COMMIT by undoing everything, and say nothing: a use case that was told "done" would be lost.
#[test]
#[cfg(feature = "postgres")]
fn a_use_case_that_goes_on_after_a_failed_statement_is_never_called_done() {
    let fresh = accord::testing::Fresh::postgres();
    let passed_over = fresh.db.write_now(&fresh.who, |tx| {
        organisation(tx, "A")?;
        drop(organisation(tx, "A"));
        Ok::<(), Stop<()>>(())
    });
    assert!(matches!(passed_over, Err(Stop::Store(StoreError::Engine(said))) if said.contains("went on")));
    assert_eq!(count(&fresh.db, &fresh.who), 0);
}

/// Ends every connection to the database but the one that asks, or that one too.
#[cfg(feature = "postgres")]
fn hang_up(db: &Db, who: &Actor, on_all: bool) -> Result<i64, StoreError> {
    db.read_now(who, move |tx| {
        let sql = "SELECT COUNT(CASE WHEN pg_terminate_backend(pid) THEN 1 END) FROM pg_stat_activity
                   WHERE datname = current_database() AND ($1 = 1 OR pid <> pg_backend_pid())";
        tx.one::<(i64,)>(sql, p![on_all]).map(|(n,)| n)
    })
}

#[test]
#[cfg(feature = "postgres")]
fn lost_connections_are_opened_again_and_nobody_has_to_do_anything() {
    let fresh = accord::testing::Fresh::postgres();
    let (db, who) = (&fresh.db, &fresh.who);
    let write = |code: String| db.write_now(who, move |tx| organisation(tx, &code).map_err(Stop::<()>::Store));
    assert!(hang_up(db, who, false).expect("it is asked") >= 15);
    // Idle connections were lost: nobody notices, on any of the threads.
    std::thread::scope(|scope| {
        for n in 0..24 {
            scope.spawn(move || write(format!("A{n}")).expect("a new connection takes it"));
        }
    });
    assert_eq!(count(db, who), 24);
    // The one that asks was lost while it ran: that is said as what it is, and the next one works.
    assert!(matches!(hang_up(db, who, true), Err(StoreError::Down(_))));
    assert_eq!(count(db, who), 24);
    let in_the_middle = db.write_now(who, |tx| {
        organisation(tx, "B")?;
        tx.one::<(bool,)>("SELECT CAST(pg_terminate_backend(pg_backend_pid()) AS INTEGER)", p![])
            .map_err(Stop::<()>::Store)
    });
    assert!(matches!(in_the_middle, Err(Stop::Store(StoreError::Down(_)))), "{in_the_middle:?}");
    write("C".into()).expect("it works again");
    assert_eq!(count(db, who), 25, "what was cut off left nothing");
}

#[test]
#[cfg(feature = "postgres")]
fn of_several_servers_the_one_that_takes_writes_is_used() {
    let fresh = accord::testing::Fresh::postgres();
    let Place::Postgres(address) = &fresh.place else { panic!("a database") };
    let (user, there) = address.split_once('@').expect("an address");
    let several = Place::parse(&format!("{user}@127.0.0.1:9,{there}"));
    let db = Db::open(&several, accord::base::clock::Clock::Machine, accord::base::clock::Chance::seeded(1));
    db.expect("the second one answers")
        .write_now(&fresh.who, |tx| organisation(tx, "A").map_err(Stop::<()>::Store))
        .expect("it writes");
    let nobody = Place::parse("postgres://accord@127.0.0.1:9,127.0.0.1:19/accord");
    let refused = Db::open(&nobody, accord::base::clock::Clock::Machine, accord::base::clock::Chance::seeded(1));
    assert!(matches!(refused, Err(StoreError::Down(said)) if said.starts_with("error connecting")));
}

#[cfg(feature = "postgres")]
#[test]
fn of_two_servers_one_is_at_a_job() {
    use std::sync::Barrier;
    let fresh = &accord::testing::Fresh::postgres();
    let ask = |work: &'static str| {
        let asked = fresh.db.write_now(&fresh.who, move |tx| tx.only_one_at(work).map_err(Stop::<()>::Store));
        asked.expect("answered")
    };
    let (began, done) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (theirs, meanwhile) = std::thread::scope(|scope| {
        let (at_it, end) = (Arc::clone(&began), Arc::clone(&done));
        let first = scope.spawn(move || {
            fresh.db.write_now(&fresh.who, move |tx| {
                let mine = tx.only_one_at("seal")?;
                at_it.wait();
                end.wait();
                Ok::<_, Stop<()>>(mine)
            })
        });
        began.wait();
        let meanwhile = (ask("seal"), ask("sweep"));
        done.wait();
        (first.join().expect("no panic"), meanwhile)
    });
    assert!(matches!(theirs, Ok(true)));
    assert_eq!(meanwhile, (false, true), "the same work, another work");
    assert!(ask("seal"), "after it ended");
}

#[test]
fn every_table_is_known_with_its_key() {
    let tables = migrate::tables();
    assert!(tables.iter().any(|(name, key)| name == "booking" && key == "partnership_id, id"));
    assert!(tables.iter().all(|(_, key)| key.starts_with("partnership_id")), "{tables:?}");
}

#[test]
fn a_password_stays_out_of_messages() {
    let place = Place::parse("postgres://accord:hidden@127.0.0.1/accord");
    assert_eq!(place.to_string(), "postgres://127.0.0.1/accord");
    let place = Place::parse("postgres://accord:hidden@one:5432,two:5432/accord?target_session_attrs=read-write");
    assert_eq!(place.to_string(), "postgres://one:5432,two:5432/accord");
    let place = Place::parse("postgres://one/accord?user=accord&password=hidden");
    assert_eq!(place.to_string(), "postgres://one/accord");
}
