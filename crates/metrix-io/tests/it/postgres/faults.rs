//! What the server refuses, and what it can't do now.

use std::slice;
use std::time::{Duration, Instant};

use metrix::{MElement, Sink, WriteError};
use metrix_io::sinks::postgres::Postgres;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use super::{element, sink};
use crate::chain::chain;
use crate::peers::PATIENCE;
use crate::peers::database::Database;

/// Also if they are many, or none is good.
#[tokio::test]
async fn rows_that_it_refuses_are_found_and_the_rest_is_written() {
    let server = Database::postgres(None);
    let mut sink = sink(&server);
    sink.write(&[element("good", 1.0, 0)]).await.unwrap();
    server.sql("ALTER TABLE metrics ADD CONSTRAINT positive CHECK (value > 0)");
    let mut batch: Vec<MElement> = (1..1000).map(|second| element("good", 1.0, second)).collect();
    for place in [17, 500] {
        batch[place].value = -1.0;
    }
    let error = sink.write(&batch).await.unwrap_err();
    assert!(!error.is_retryable());
    assert_eq!(error.positions(), Some(&[17, 500][..]));
    let words = "2 of 999 elements; element 17, \"good\": the server says 23514: \"new row for relation \\\"metrics\\\" violates check";
    assert!(chain(&error).contains(words), "{}", chain(&error));
    assert_eq!(server.table("metrics").len(), 998);
    assert_eq!(sink.counts().connections(), 1);

    let bad: Vec<usize> = (0..batch.len()).filter(|place| place % 17 == 3).collect();
    let mut batch: Vec<MElement> = (1000..1999).map(|second| element("good", 1.0, second)).collect();
    bad.iter().for_each(|&place| batch[place].value = -1.0);
    let error = sink.write(&batch).await.unwrap_err();
    assert_eq!(error.positions(), Some(&bad[..]));
    assert_eq!(server.table("metrics").len(), 998 + 999 - bad.len());

    batch.iter_mut().for_each(|element| element.value = -1.0);
    let error = sink.write(&batch).await.unwrap_err();
    assert_eq!((error.is_retryable(), error.positions().unwrap().len()), (false, 999));
}

/// A constraint isn't all that a row may break.
#[tokio::test]
async fn rows_are_found_whatever_code_they_are_refused_with() {
    let server = Database::postgres(None);
    sink(&server).write(&[element("good", 1.0, 0)]).await.unwrap();
    server.sql(
        "CREATE FUNCTION no_bad() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF NEW.name = 'bad' THEN RAISE EXCEPTION 'not this one' USING ERRCODE = 'MX001'; END IF; RETURN NEW;
         END $$",
    );
    server.sql("CREATE TRIGGER no_bad BEFORE INSERT ON metrics FOR EACH ROW EXECUTE FUNCTION no_bad()");
    server.sql("CREATE ROLE me LOGIN PASSWORD 'x'; GRANT INSERT, SELECT, UPDATE ON metrics TO me");
    server.sql("ALTER TABLE metrics ENABLE ROW LEVEL SECURITY");
    server.sql("CREATE POLICY all_but_ours ON metrics TO me USING (true) WITH CHECK (name <> 'ours')");
    let url = format!("postgres://me@127.0.0.1:{}/postgres", server.http);
    let mut sink = Postgres::new(&url).unwrap().password(&metrix_io::Secret::new("x").unwrap());
    for (name, words) in [
        ("bad", "the server says MX001: \"not this one"),
        ("ours", "the server says 42501: \"new row violates row-level security policy"),
    ] {
        let mut batch: Vec<MElement> = (0..20).map(|second| element(&format!("but {name}"), 1.0, second)).collect();
        batch[7].name = name.into();
        let error = sink.write(&batch).await.unwrap_err();
        assert_eq!((error.is_retryable(), error.positions()), (false, Some(&[7][..])), "{}", chain(&error));
        assert!(chain(&error).contains(words), "{}", chain(&error));
    }
    assert_eq!(server.table("metrics").len(), 1 + 19 + 19);

    // Nobody's row is let in now, so none is searched for.
    server.sql("REVOKE INSERT ON metrics FROM me");
    let before = sink.counts().transactions();
    let error = sink.write(&[element("a", 1.0, 0), element("b", 1.0, 0)]).await.unwrap_err();
    assert_eq!((error.is_retryable(), error.positions()), (false, Some(&[0, 1][..])), "{}", chain(&error));
    assert!(chain(&error).contains("permission denied for table metrics"), "{}", chain(&error));
    assert_eq!(sink.counts().transactions() - before, 2);
}

/// What is written again isn't counted again.
#[tokio::test]
async fn what_is_merged_is_counted_once() {
    let server = Database::postgres(None);
    let mut sink = sink(&server);
    sink.write(&[element("a", 1.0, 0)]).await.unwrap();
    let batch = [element("a", 1.0, 1), element("a", 2.0, 1)];
    server.sql("DROP TABLE metrics");
    assert!(sink.write(&batch).await.unwrap_err().is_retryable());
    assert_eq!(sink.counts().merged_elements(), 0);
    sink.write(&batch).await.unwrap();
    assert_eq!(sink.counts().merged_elements(), 1);
}

/// As a pooler does between its clients.
#[tokio::test]
async fn statements_that_are_gone_are_made_anew() {
    let server = Database::postgres(None);
    let mut sink = sink(&server);
    sink.write(&[element("a", 1.0, 0)]).await.unwrap();
    server.sql(
        "CREATE FUNCTION discard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DEALLOCATE ALL'; RETURN NULL; END $$",
    );
    server.sql("CREATE TRIGGER discard AFTER INSERT ON metrics EXECUTE FUNCTION discard()");
    sink.write(&[element("a", 1.0, 1)]).await.unwrap();
    server.sql("DROP TRIGGER discard ON metrics");
    let error = sink.write(&[element("a", 1.0, 2)]).await.unwrap_err();
    assert!(error.is_retryable() && chain(&error).contains("26000"), "{}", chain(&error));
    sink.write(&[element("a", 1.0, 2)]).await.unwrap();
    assert_eq!((server.table("metrics").len(), sink.counts().connections()), (3, 2));
}

/// Texts that a database has no form for.
#[tokio::test]
async fn a_database_of_few_letters_takes_these() {
    let server = Database::postgres(None);
    server.sql("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
    let mut sink = Postgres::new(&format!("postgres://postgres@127.0.0.1:{}/latin", server.http)).unwrap();
    let error = sink.write(&[element("é", 1.0, 0), element("日本", 1.0, 0), element("e", 1.0, 0)]).await.unwrap_err();
    assert_eq!((error.is_retryable(), error.positions()), (false, Some(&[1][..])), "{}", chain(&error));
    assert!(chain(&error).contains("the server says 22P05"), "{}", chain(&error));
}

#[tokio::test]
async fn what_is_not_allowed_is_told() {
    let server = Database::postgres(None);
    server.sql("CREATE ROLE reader LOGIN PASSWORD 'x'");
    server.sql("CREATE TABLE other (name text)");
    server.sql("GRANT ALL ON other TO reader");
    let by_reader = || {
        let url = format!("postgres://reader@127.0.0.1:{}/postgres", server.http);
        Postgres::new(&url).unwrap().password(&metrix_io::Secret::new("x").unwrap())
    };
    let nowhere = Postgres::new(&format!("postgres://postgres@127.0.0.1:{}/nowhere", server.http)).unwrap();
    let other = || by_reader().table("other").unwrap();
    for (mut sink, words) in [
        (by_reader(), "the server says 42501: \"permission denied for schema public"),
        (nowhere, "the server says 3D000: \"database \\\"nowhere\\\" does not exist"),
        (sink(&server).schema("nowhere").unwrap(), "the server says 3F000: \"schema \\\"nowhere\\\" does not exist"),
        (other(), "the server says 42703: \"column \\\"at\\\" of relation \\\"other\\\" does not exist"),
    ] {
        let error = sink.write(&[element("a", 1.0, 0), element("a", 1.0, 1)]).await.unwrap_err();
        // It may be allowed, or made, while elements wait.
        assert_eq!((error.is_retryable(), error.positions()), (true, Some(&[0, 1][..])), "{}", chain(&error));
        assert!(chain(&error).contains(words), "{}", chain(&error));
    }
    // Who may write needs no right to make tables.
    sink(&server).write(&[element("a", 1.0, 0)]).await.unwrap();
    server.sql("GRANT INSERT, SELECT, UPDATE ON metrics TO reader");
    by_reader().write(&[element("a", 1.0, 1)]).await.unwrap();
    assert_eq!(server.table("metrics").len(), 2);
}

/// Also after the server has ended the connection while nobody spoke.
#[tokio::test]
async fn what_passes_is_worth_a_retry() {
    let server = Database::postgres(None);
    let mut sink = sink(&server);
    sink.write(&[element("a", 1.0, 0)]).await.unwrap();

    server.sql("DROP TABLE metrics");
    let error = sink.write(&[element("a", 1.0, 1)]).await.unwrap_err();
    assert!(error.is_retryable() && chain(&error).contains("42P01"), "{}", chain(&error));
    sink.write(&[element("a", 1.0, 1)]).await.unwrap();

    server.sql("ALTER ROLE postgres SET default_transaction_read_only = on");
    server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'metrix'");
    let error = loop {
        // The first may fail at the old connection.
        let error = sink.write(&[element("a", 1.0, 2)]).await.unwrap_err();
        assert!(error.is_retryable(), "{}", chain(&error));
        if chain(&error).contains("25006") {
            break error;
        }
    };
    assert_eq!(error.positions(), Some(&[0][..]));
    server.sql("ALTER ROLE postgres RESET default_transaction_read_only");
    sink.write(&[element("a", 1.0, 2)]).await.unwrap();

    // Somebody else holds the table for longer than this waits.
    let mut hasty = super::sink(&server).write_timeout(Duration::from_secs(2));
    write_in_the_end(&mut hasty, element("a", 1.0, 2)).await;
    let holder = "BEGIN; LOCK TABLE metrics; SELECT pg_sleep(300); COMMIT";
    let locked = hold(&server, holder).await;
    let error = hasty.write(&[element("a", 1.0, 3)]).await.unwrap_err();
    check_late(&error);
    server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%'");
    locked.join().unwrap();
    write_in_the_end(&mut hasty, element("a", 1.0, 3)).await;
    assert_eq!(server.table("metrics").len(), 3);
}

/// Fails unless the server was too late for a sink that waits for two seconds.
#[track_caller]
fn check_late(error: &WriteError) {
    let words = chain(error);
    let is_late = words.contains("57014") || words.contains("has not answered within 2s");
    assert!(error.is_retryable() && is_late, "{words}");
}

/// Writes, though the server may be late when the machine is busy.
async fn write_in_the_end(sink: &mut Postgres, element: MElement) {
    let deadline = Instant::now() + PATIENCE;
    while let Err(error) = sink.write(slice::from_ref(&element)).await {
        check_late(&error);
        assert!(Instant::now() < deadline, "it is late again and again");
    }
}

/// Runs SQL in another thread, and waits until it has the lock that it asks for.
async fn hold(server: &Database, sql: &'static str) -> std::thread::JoinHandle<()> {
    let port = server.http;
    let thread = std::thread::spawn(move || crate::peers::postgres::try_sql(port, sql));
    let granted = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'metrics'::regclass";
    let deadline = Instant::now() + PATIENCE;
    while server.sql(granted).trim() != "1" {
        assert!(Instant::now() < deadline, "nobody locks the table");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    thread
}

#[tokio::test]
async fn a_host_that_says_nothing_hides_no_other() {
    let server = Database::postgres(None);
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = |more: &str| {
        let silent = silent.local_addr().unwrap();
        format!("postgres://postgres@{silent},127.0.0.1:{}/postgres{more}", server.http)
    };
    for more in ["", "?load_balance_hosts=random"] {
        let mut sink = Postgres::new(&url(more)).unwrap().connect_timeout(Duration::from_secs(20));
        sink.write(&[element("a", 1.0, 0)]).await.unwrap();
    }
    // What may pass is told, also if it isn't the last.
    let mut sink = Postgres::new(&url("").replace("/postgres", "/nowhere")).unwrap();
    sink = sink.connect_timeout(Duration::from_secs(20));
    let error = sink.write(&[element("a", 1.0, 0)]).await.unwrap_err();
    assert!(error.is_retryable() && chain(&error).contains("has not answered within 10s"), "{}", chain(&error));
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://me@{}/a", silent.local_addr().unwrap());
    let mut sink = Postgres::new(&url).unwrap().connect_timeout(Duration::from_millis(50));
    let error = sink.write(&[element("a", 1.0, 0)]).await.unwrap_err();
    assert!(error.is_retryable(), "{}", chain(&error));
    assert!(chain(&error).contains("the server has not answered within 50ms"), "{}", chain(&error));
    // It was asked for TLS.
    let (mut connection, _) = silent.accept().await.unwrap();
    let mut asked = [0; 8];
    connection.read_exact(&mut asked).await.unwrap();
    assert_eq!(asked, [0, 0, 0, 8, 4, 210, 22, 47]);
}
