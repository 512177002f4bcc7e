//! Joining two streams: orders with their payments, which come from elsewhere and in an order of their own.
//!
//! A payment counts for an order of the same number if the two come at most a minute apart. The clock is paused, so that
//! minutes take no time. Run it with `cargo run -p examples --example join_streams`.

use std::time::Duration;

use futures::Stream;
use metrix_core::prelude::*;

#[derive(Clone, Debug)]
struct Order {
    number: u32,
    what: &'static str,
}

#[derive(Clone, Debug)]
struct Payment {
    order: u32,
    cents: u32,
}

/// Gives each item at its second.
fn at_seconds<T>(items: impl IntoIterator<Item = (u64, T)>) -> impl Stream<Item = T> {
    let began = tokio::time::Instant::now();
    futures::stream::unfold(items.into_iter(), move |mut items| async move {
        let (second, item) = items.next()?;
        tokio::time::sleep_until(began + Duration::from_secs(second)).await;
        Some((item, items))
    })
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let order = |number, what| Order { number, what };
    let payment = |order, cents| Payment { order, cents };

    let orders =
        at_seconds([(0, order(1, "book")), (10, order(2, "lamp")), (20, order(3, "pen")), (90, order(4, "desk"))]);
    // The lamp is paid in two parts, the desk before it is ordered, and the book too late.
    let payments = at_seconds([
        (15, payment(2, 3000)),
        (25, payment(3, 250)),
        (60, payment(2, 1500)),
        (75, payment(1, 1200)),
        (85, payment(4, 9900)),
    ]);

    let began = tokio::time::Instant::now();
    let minute = Duration::from_secs(60);
    let paid = orders.join(payments, minute, |order| order.number, |payment| payment.order, size(1000));
    let paid: Vec<(u64, &str, u32)> = paid
        .map(|(order, payment)| (began.elapsed().as_secs(), order.what, payment.cents))
        .inspect(|(second, what, cents)| println!("at {second} s: {what}, {}.{:02}", cents / 100, cents % 100))
        .collect()
        .await;

    assert_eq!(paid, [(15, "lamp", 3000), (25, "pen", 250), (60, "lamp", 1500), (90, "desk", 9900)]);
}
