//! Organisations by the name a reader can tell apart: one that others share stands with its postcode.

/// A statement over `named (id, code, kind, is_employer, postcode, name)`, the partnership's organisations; `$1` is the partnership.
macro_rules! with_names {
    ($($sql:literal)+) => {
        concat!(
            "WITH named AS (
               SELECT o.id, o.code, o.kind, o.is_employer, o.postcode,
                      CASE WHEN t.n > 1 THEN o.name || ', ' || COALESCE(o.postcode, o.code) ELSE o.name END AS name
               FROM organisation o
               JOIN (SELECT name, COUNT(*) AS n FROM organisation WHERE partnership_id = $1 GROUP BY name) t ON t.name = o.name
               WHERE o.partnership_id = $1)
             ",
            $($sql),+
        )
    };
}
pub(crate) use with_names;
