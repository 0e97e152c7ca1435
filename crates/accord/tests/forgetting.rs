//! What is kept for forms that come again goes after its week, some at a time and by its index; nothing goes before.

use accord::app::forget;
use accord::base::db::{Stop, Tx};
use accord::base::idempotency::{KEPT_US, Seen, Sent, remember, replay};
use accord::testing::Fresh;
use accord::{on_both_engines, p};

fn sent(n: usize) -> Sent {
    Sent { key: format!("k{n}"), body_hash: "h".into() }
}

fn write<T: Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, accord::base::db::StoreError> + Send + 'static,
) -> T {
    fresh.db.write_now(&fresh.who, move |tx| f(tx).map_err(Stop::<()>::Store)).expect("written")
}

fn kept(fresh: &Fresh) -> i64 {
    let (n,): (i64,) = write(fresh, |tx| tx.one("SELECT COUNT(*) FROM idempotency", p![]));
    n
}

on_both_engines! {
    fn answers_go_after_their_week_and_not_before(fresh) {
        write(fresh, |tx| (0..25).try_for_each(|n| remember(tx, &sent(n), "/done")));
        fresh.db.clock.advance_us(1_000_000);
        write(fresh, |tx| (25..30).try_for_each(|n| remember(tx, &sent(n), "/done")));
        fresh.db.clock.advance_us(KEPT_US - 1_000_001);
        assert_eq!((write(fresh, |tx| forget(tx, 10)), kept(fresh)), (0, 30), "a microsecond early");
        assert_eq!(write(fresh, |tx| replay(tx, &sent(0))), Seen::Same("/done".into()));
        fresh.db.clock.advance_us(1);
        assert_eq!(write(fresh, |tx| replay(tx, &sent(0))), Seen::New, "over is over, also before it is forgotten");
        // It counts what it did, never more than it may in one transaction.
        assert_eq!([10, 10, 5, 0].map(|_| write(fresh, |tx| forget(tx, 10))), [10, 10, 5, 0]);
        assert_eq!(kept(fresh), 5, "the younger ones stay");
        assert_eq!(write(fresh, |tx| replay(tx, &sent(27))), Seen::Same("/done".into()));
    }
}

#[test]
fn what_is_over_is_found_by_its_index() {
    let fresh = Fresh::lite();
    let plan = write(&fresh, |tx| {
        tx.all::<(i64, i64, i64, String)>(
            "EXPLAIN QUERY PLAN SELECT key FROM idempotency WHERE partnership_id = 'p' AND expires_us <= 1 ORDER BY expires_us LIMIT 5",
            p![],
        )
    });
    let told: String = plan.into_iter().map(|(.., detail)| detail + "\n").collect();
    assert!(told.contains("idempotency_by_expiry") && !told.contains("SCAN") && !told.contains("TEMP"), "{told}");
}
