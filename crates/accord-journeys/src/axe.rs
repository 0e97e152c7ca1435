//! The accessibility rules of WCAG 2.2 AA that a program can check, by axe-core (vendored, MPL-2.0, test-only).

use serde_json::Value;
use thirtyfour::WebDriver;

const AXE: &str = include_str!("../vendor/axe-4.14.1.min.js");

/// The rule sets a page is held to.
const TAGS: &str = r#"["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]"#;

/// One line for each place of the present page that breaks a rule; none is what a page owes its reader.
///
/// # Panics
/// When axe cannot run: a page that cannot be checked has not passed.
pub async fn violations(driver: &WebDriver) -> Vec<String> {
    let script = format!(
        "{AXE};\nreturn axe.run(document, {{ runOnly: {{ type: 'tag', values: {TAGS} }}, preload: false, resultTypes: ['violations'] }})
           .then(r => ({{ passes: r.passes.length, violations: r.violations }}));"
    );
    let found = driver.execute(script, Vec::new()).await.unwrap_or_else(|e| panic!("axe did not run: {e}"));
    let found = found.json();
    assert!(found["passes"].as_u64().is_some_and(|n| n > 0), "axe looked at nothing: {found}");
    let nothing = Vec::new();
    let mut lines = Vec::new();
    for rule in found["violations"].as_array().unwrap_or(&nothing) {
        for node in rule["nodes"].as_array().unwrap_or(&nothing) {
            lines.push(format!(
                "{} ({}): {} in {}",
                word(&rule["id"]),
                word(&rule["impact"]),
                word(&node["failureSummary"]).replace('\n', " "),
                word(&node["html"])
            ));
        }
    }
    lines
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}
