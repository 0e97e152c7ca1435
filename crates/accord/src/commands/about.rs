//! `accord about`.

use super::{At, Ended, Failure, print_json, print_line};

/// Version of the program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(super) fn run(at: &At) -> Result<Ended, Failure> {
    let attribution = crate::evidence::routes::attribution();
    if at.json {
        print_json(&serde_json::json!({ "version": VERSION, "licence": "MIT", "attribution": attribution }));
        return Ok(Ended::Well);
    }
    print_line(&format!("Accord {VERSION}, MIT licence"));
    print_line("Books and schedules tens of thousands of people of many organisations into pooled clinic capacity.");
    print_line("");
    print_line("Data of the demo:");
    for line in attribution {
        print_line(&format!("  {line}"));
    }
    Ok(Ended::Well)
}
