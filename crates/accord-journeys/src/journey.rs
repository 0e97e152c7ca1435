//! One way, walked four times: phone and desktop, with scripts and without.

use crate::browser::{Browser, Screen, Scripts};
use crate::house::House;
use crate::page::Reader;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::PathBuf;
use std::time::Duration;

/// The longest one walk may take.
const LONGEST: Duration = Duration::from_secs(180);

/// Walks one way on a house of its own: starts server and browser, walks, looks at the store with `accord verify`,
/// and ends both. Where the walk fails, a picture of the last page is left in `target/journeys/`.
///
/// # Panics
/// When the walk does, when it takes too long, or when the store is not as it must be afterwards.
pub fn walk<F>(name: &str, screen: Screen, scripts: Scripts, way: F)
where
    F: AsyncFn(&Reader<'_>, &House),
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let house = House::open();
        let browser = Browser::start(&house.folder.join("browser"), screen, scripts).await;
        let reader = Reader { browser: &browser, home: &house.url };
        let walked = tokio::time::timeout(LONGEST, caught(way(&reader, &house))).await;
        let failed = match walked {
            Ok(Ok(())) => None,
            Ok(Err(panic)) => Some(panic),
            Err(_) => Some(Box::new(format!("not at its end after {LONGEST:?}")) as Box<dyn std::any::Any + Send>),
        };
        if let Some(panic) = failed {
            let file = pictures().join(format!("{name}.png"));
            browser.picture(&file).await;
            eprintln!("{name}: the page it failed on is in {}", file.display());
            browser.quit().await;
            resume_unwind(panic);
        }
        browser.quit().await;
        house.close_and_verify();
    });
}

/// A future whose panic comes back as a value, so that browser and server are ended in order.
async fn caught<F: Future<Output = ()>>(way: F) -> Result<(), Box<dyn std::any::Any + Send>> {
    let mut way = std::pin::pin!(way);
    std::future::poll_fn(move |cx| match std::panic::catch_unwind(AssertUnwindSafe(|| way.as_mut().poll(cx))) {
        Ok(std::task::Poll::Pending) => std::task::Poll::Pending,
        Ok(std::task::Poll::Ready(())) => std::task::Poll::Ready(Ok(())),
        Err(panic) => std::task::Poll::Ready(Err(panic)),
    })
    .await
}

fn pictures() -> PathBuf {
    crate::house::root().join("target/journeys")
}

/// The four tests of a way: `journey!(way)` where `way` is `async fn(&Reader<'_>, &House)`.
#[macro_export]
macro_rules! journey {
    ($way:path) => {
        #[test]
        fn on_a_phone() {
            $crate::journey!(@walk $way, Phone, On);
        }

        #[test]
        fn on_a_phone_without_scripts() {
            $crate::journey!(@walk $way, Phone, Off);
        }

        #[test]
        fn on_a_desktop() {
            $crate::journey!(@walk $way, Desktop, On);
        }

        #[test]
        fn on_a_desktop_without_scripts() {
            $crate::journey!(@walk $way, Desktop, Off);
        }
    };
    (@walk $way:path, $screen:ident, $scripts:ident) => {
        $crate::journey::walk(
            concat!(module_path!(), "-", stringify!($screen), "-", stringify!($scripts)).rsplit("::").next().unwrap_or("journey"),
            $crate::browser::Screen::$screen,
            $crate::browser::Scripts::$scripts,
            async |reader: &$crate::page::Reader<'_>, house: &$crate::house::House| $way(reader, house).await,
        )
    };
}
