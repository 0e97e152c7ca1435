//! One statement for many rows of parameters: they go to PostgreSQL as arrays, a column each.
//!
//! Sixty-four statements sent one behind the other spare the waiting and not the work: each is bound, run and answered by
//! itself. As one they are some ten times cheaper. The texts stay those of SQLite; which of them can be turned is seen by
//! their form, and those that can't be are sent one behind the other.

use crate::base::db::Param;
use tokio_postgres::types::{ToSql, Type};

/// The statement of `sql` for many rows, whose parameters have these types; none where its form or a type is another.
///
/// Rows are answered in the order of the parameters. Two rows of parameters may meet one row of the table only in a
/// statement that reads, adds or takes away; for `UPDATE` the caller sees to that, and is answered the numbers of those
/// that touched a row.
pub(super) fn as_one(sql: &str, types: &[Type]) -> Option<String> {
    let numbers = 1..=types.len();
    let arrays: Option<Vec<_>> =
        numbers.clone().zip(types).map(|(n, t)| Some(format!("${n}::{}[]", name(t)?))).collect();
    let names: Vec<_> = numbers.map(|n| format!("asked_{n}")).collect();
    let (arrays, names) = (arrays?.join(", "), names.join(", "));
    let asked = format!("unnest({arrays}) WITH ORDINALITY AS asked ({names}, asked_turn)");
    let text = named(&sql.split_whitespace().collect::<Vec<_>>().join(" "));
    match text.split(' ').next()? {
        "SELECT" if !text.contains("ORDER BY") => {
            Some(format!("SELECT found.* FROM {asked} CROSS JOIN LATERAL ({text}) AS found ORDER BY asked.asked_turn"))
        }
        "INSERT" if !text.contains("DO UPDATE") => {
            let (head, rest) = text.split_once("VALUES (")?;
            let end = closing(rest)?;
            let (values, tail) = (&rest[..end], &rest[end + 1..]);
            Some(format!("{head}SELECT {values} FROM {asked}{tail}"))
        }
        "DELETE" => {
            let (head, rest) = text.split_once(" WHERE ")?;
            (!rest.contains("SELECT")).then(|| format!("{head} USING {asked} WHERE {rest}"))
        }
        "UPDATE" if !text.contains("RETURNING") && !text.contains(" FROM ") => {
            let (head, rest) = text.split_once(" WHERE ")?;
            Some(format!("{head} FROM {asked} WHERE {rest} RETURNING asked.asked_turn"))
        }
        _ => None,
    }
}

/// The parameters of a statement made by [`as_one`].
pub(super) fn columns<'r>(rows: &'r [Vec<Param<'r>>]) -> Vec<Vec<&'r Param<'r>>> {
    let width = rows.first().map_or(0, Vec::len);
    (0..width).map(|at| rows.iter().filter_map(|row| row.get(at)).collect()).collect()
}

/// As the client wants them.
pub(super) fn bound<'c>(columns: &'c [Vec<&'c Param<'c>>]) -> Vec<&'c (dyn ToSql + Sync)> {
    columns.iter().map(|column| column as &(dyn ToSql + Sync)).collect()
}

fn name(of: &Type) -> Option<&'static str> {
    [(Type::TEXT, "text"), (Type::INT8, "bigint"), (Type::FLOAT8, "double precision"), (Type::BYTEA, "bytea")]
        .into_iter()
        .find_map(|(known, name)| (known == *of).then_some(name))
}

/// The text with its parameters as columns of what is asked.
fn named(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len() * 2);
    let mut parts = sql.split('$');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        text.push_str("asked.asked_");
        text.push_str(part);
    }
    text
}

/// Where the bracket ends that is open before `text`.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1;
    text.bytes().position(|b| {
        open += i32::from(b == b'(') - i32::from(b == b')');
        open == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(sql: &str) -> Option<String> {
        as_one(sql, &[Type::TEXT, Type::INT8])
    }

    const ASKED: &str = "unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS asked (asked_1, asked_2, asked_turn)";

    #[test]
    fn each_form_of_statement_is_turned() {
        let rows = [
            (
                "SELECT a FROM t WHERE p = $1 AND b = $2 FOR UPDATE",
                format!(
                    "SELECT found.* FROM {ASKED} CROSS JOIN LATERAL (SELECT a FROM t WHERE p = asked.asked_1 AND \
                     b = asked.asked_2 FOR UPDATE) AS found ORDER BY asked.asked_turn"
                ),
            ),
            (
                "INSERT INTO t (p, b, c) VALUES ($1, COALESCE($2, 0), $2) ON CONFLICT (p) DO NOTHING",
                format!(
                    "INSERT INTO t (p, b, c) SELECT asked.asked_1, COALESCE(asked.asked_2, 0), asked.asked_2 FROM {ASKED} \
                     ON CONFLICT (p) DO NOTHING"
                ),
            ),
            (
                "DELETE FROM t WHERE p = $1 AND b = $2 RETURNING a",
                format!("DELETE FROM t USING {ASKED} WHERE p = asked.asked_1 AND b = asked.asked_2 RETURNING a"),
            ),
            (
                "UPDATE t SET a = a + $2 WHERE p = $1",
                format!(
                    "UPDATE t SET a = a + asked.asked_2 FROM {ASKED} WHERE p = asked.asked_1 RETURNING asked.asked_turn"
                ),
            ),
        ];
        for (sql, turned) in rows {
            assert_eq!(one(sql).as_deref(), Some(turned.as_str()));
        }
    }

    #[test]
    fn what_would_mean_something_else_is_left_alone() {
        for sql in [
            "SELECT a FROM t WHERE p = $1 ORDER BY a",
            "INSERT INTO t (p) VALUES ($1) ON CONFLICT (p) DO UPDATE SET b = $2",
            "DELETE FROM t WHERE p = $1 AND a IN (SELECT a FROM t)",
            "UPDATE t SET a = $2 WHERE p = $1 RETURNING a",
        ] {
            assert_eq!(one(sql), None, "{sql}");
        }
        assert_eq!(as_one("SELECT a FROM t WHERE p = $1", &[Type::BOOL]), None);
    }

    #[test]
    fn parameters_become_columns() {
        let rows = vec![vec![Param::Int(1), Param::Text("a")], vec![Param::Int(2), Param::Null]];
        let columns = columns(&rows);
        assert_eq!(columns.len(), 2);
        assert!(matches!(columns[0][..], [Param::Int(1), Param::Int(2)]));
        assert!(matches!(columns[1][..], [Param::Text("a"), Param::Null]));
    }
}
