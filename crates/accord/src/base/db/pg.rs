//! PostgreSQL: one connection on a thread of its own, driven to the end of each statement.

use super::{Conn, Param, Row, StoreError};
use bytes::BytesMut;
use std::collections::HashMap;
use std::error::Error as StdError;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::types::{IsNull, ToSql, Type};
use tokio_postgres::{Client, NoTls, Statement, error::SqlState};

pub(crate) struct Pg {
    runtime: Runtime,
    client: Client,
    prepared: HashMap<&'static str, Statement>,
    begin: &'static str,
}

#[expect(clippy::disallowed_methods, reason = "the one place that opens a PostgreSQL connection")]
pub(super) fn open(url: &str, begin: &'static str) -> Result<Conn, StoreError> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| StoreError::Engine(format!("no runtime: {e}")))?;
    let (client, connection) = runtime.block_on(tokio_postgres::connect(url, NoTls)).map_err(|e| translate(&e))?;
    runtime.spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(error = %error, "a database connection ended");
        }
    });
    let mut pg = Pg { runtime, client, prepared: HashMap::new(), begin };
    pg.script(
        "SET default_transaction_isolation = 'read committed'; SET synchronous_commit = on; SET TIME ZONE 'UTC'",
    )?;
    Ok(Conn::Pg(Box::new(pg)))
}

impl Pg {
    pub fn begin(&mut self) -> Result<(), StoreError> {
        self.script(self.begin)
    }

    pub fn commit(&mut self) -> Result<(), StoreError> {
        match self.script("COMMIT") {
            Ok(()) => Ok(()),
            Err(StoreError::Conflict) => Err(StoreError::Conflict),
            Err(_) => Err(StoreError::Unknown),
        }
    }

    pub fn rollback(&mut self) {
        drop(self.script("ROLLBACK"));
    }

    pub fn run(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let statement = self.prepare(sql)?;
        let bound = params.iter().map(|p| p as &(dyn ToSql + Sync)).collect::<Vec<_>>();
        if statement.columns().is_empty() {
            return self.runtime.block_on(self.client.execute(&statement, &bound)).map_err(|e| wrong(&e, sql));
        }
        let rows = self.runtime.block_on(self.client.query(&statement, &bound)).map_err(|e| wrong(&e, sql))?;
        Ok(rows.len() as u64)
    }

    pub fn run_many(&mut self, sql: &'static str, rows: &[Vec<Param<'_>>]) -> Result<u64, StoreError> {
        let statement = self.prepare(sql)?;
        let client = &self.client;
        let mut sum = 0;
        for rows in rows.chunks(IN_ONE_GO) {
            let bound = bound(rows);
            // All are sent before the first answer is awaited.
            let answers = self.runtime.block_on(async {
                let asked = bound.iter().map(|row| client.execute(&statement, row)).collect::<Vec<_>>();
                join_in_order(asked).await
            });
            for answer in answers {
                sum += answer.map_err(|e| wrong(&e, sql))?;
            }
        }
        Ok(sum)
    }

    pub fn each(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        take: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let statement = self.prepare(sql)?;
        let bound = params.iter().map(|p| p as &(dyn ToSql + Sync)).collect::<Vec<_>>();
        let rows = self.runtime.block_on(self.client.query(&statement, &bound)).map_err(|e| wrong(&e, sql))?;
        rows.iter().try_for_each(|row| take(&Row::Pg(row)))
    }

    pub fn each_many(
        &mut self,
        sql: &'static str,
        rows: &[Vec<Param<'_>>],
        take: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let statement = self.prepare(sql)?;
        let client = &self.client;
        for rows in rows.chunks(IN_ONE_GO) {
            let bound = bound(rows);
            let answers = self.runtime.block_on(async {
                let asked = bound.iter().map(|row| client.query(&statement, row)).collect::<Vec<_>>();
                join_in_order(asked).await
            });
            for answer in answers {
                answer.map_err(|e| wrong(&e, sql))?.iter().try_for_each(|row| take(&Row::Pg(row)))?;
            }
        }
        Ok(())
    }

    pub fn script(&mut self, text: &str) -> Result<(), StoreError> {
        self.runtime.block_on(self.client.batch_execute(text)).map_err(|e| wrong(&e, text))
    }

    pub fn dump(&mut self, query: &str, take: &mut dyn FnMut(&[Option<String>])) -> Result<(), StoreError> {
        let rows = self.runtime.block_on(self.client.query(query, &[])).map_err(|e| wrong(&e, query))?;
        for row in &rows {
            let values = (0..row.len()).map(|at| shown(row, at)).collect::<Result<Vec<_>, _>>()?;
            take(&values);
        }
        Ok(())
    }

    fn prepare(&mut self, sql: &'static str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.runtime.block_on(self.client.prepare(sql)).map_err(|e| wrong(&e, sql))?;
        self.prepared.insert(sql, statement.clone());
        Ok(statement)
    }
}

/// Statements sent before the first answer is awaited.
const IN_ONE_GO: usize = 500;

fn bound<'r>(rows: &'r [Vec<Param<'r>>]) -> Vec<Vec<&'r (dyn ToSql + Sync)>> {
    rows.iter().map(|row| row.iter().map(|p| p as &(dyn ToSql + Sync)).collect()).collect()
}

/// Polls every future until all are done; answers in their order.
async fn join_in_order<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures = futures.into_iter().map(Box::pin).collect::<Vec<_>>();
    let mut answers = futures.iter().map(|_| None).collect::<Vec<_>>();
    std::future::poll_fn(move |cx| {
        let mut open = false;
        for (future, answer) in futures.iter_mut().zip(answers.iter_mut()).filter(|(_, answer)| answer.is_none()) {
            match future.as_mut().poll(cx) {
                std::task::Poll::Ready(out) => *answer = Some(out),
                std::task::Poll::Pending => open = true,
            }
        }
        if open {
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(answers.iter_mut().filter_map(Option::take).collect())
    })
    .await
}

fn shown(row: &tokio_postgres::Row, at: usize) -> Result<Option<String>, StoreError> {
    let wrong = |_| StoreError::shape(at, "a value of ours");
    Ok(match *row.columns()[at].type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(at).map_err(wrong)?.map(|n| n.to_string()),
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(at).map_err(wrong)?.map(|n| format!("{n:?}")),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(at).map_err(wrong)?.map(|b| crate::base::secret::hex(&b)),
        _ => row.try_get::<_, Option<String>>(at).map_err(wrong)?,
    })
}

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Param::Null => Ok(IsNull::Yes),
            Param::Int(n) => match *ty {
                Type::INT4 => i32::try_from(*n)?.to_sql(ty, out),
                Type::INT2 => i16::try_from(*n)?.to_sql(ty, out),
                Type::FLOAT8 => (*n as f64).to_sql(ty, out),
                Type::TEXT => n.to_string().to_sql(ty, out),
                _ => n.to_sql(ty, out),
            },
            Param::Real(n) => n.to_sql(ty, out),
            Param::Text(text) => text.to_sql(ty, out),
            Param::Made(text) => text.to_sql(ty, out),
            Param::Uuid(id) => id.to_string().to_sql(ty, out),
            Param::Bytes(bytes) => bytes.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

fn wrong(error: &tokio_postgres::Error, sql: &str) -> StoreError {
    match translate(error) {
        StoreError::Engine(said) => {
            let sql: String = sql.split_whitespace().collect::<Vec<_>>().join(" ");
            StoreError::Engine(format!("{said} in: {}", sql.chars().take(160).collect::<String>()))
        }
        other => other,
    }
}

fn translate(error: &tokio_postgres::Error) -> StoreError {
    let Some(db) = error.as_db_error() else {
        return if error.is_closed() { StoreError::Busy } else { StoreError::Engine(chain(error)) };
    };
    match *db.code() {
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => StoreError::Conflict,
        SqlState::UNIQUE_VIOLATION | SqlState::CHECK_VIOLATION | SqlState::FOREIGN_KEY_VIOLATION => {
            StoreError::Constraint(db.constraint().unwrap_or_default().to_owned())
        }
        SqlState::DISK_FULL => StoreError::Full,
        _ => StoreError::Engine(db.message().to_owned()),
    }
}

/// The whole chain: the outer message alone says only "db error".
fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}
