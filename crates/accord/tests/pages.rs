//! Every template with every sample: what all pages owe their reader. With ACCORD_PREVIEW=DIR the pages are written there to be looked at.

use std::collections::BTreeSet;

use accord::base::page::{self, Sample};

fn all() -> Vec<Sample> {
    [
        page::samples(),
        accord::base::openapi::samples(),
        accord::access::pages::samples(),
        accord::booking::pages::samples(),
        accord::campaign::pages::samples(),
        accord::plan::pages::samples(),
        accord::cohort::pages::samples(),
        accord::clinic::pages::samples(),
        accord::partnership::pages::samples(),
        accord::evidence::pages::samples(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The values of an attribute, in order of appearance.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let mark = format!(" {attribute}=\"");
    html.match_indices(&mark)
        .map(|(at, _)| {
            let rest = &html[at + mark.len()..];
            &rest[..rest.find('"').unwrap_or(0)]
        })
        .collect()
}

/// The opening tags of an element.
fn tags<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let mark = format!("<{name}");
    html.match_indices(&mark)
        .filter(|(at, _)| html[at + mark.len()..].starts_with([' ', '>']))
        .map(|(at, _)| &html[at..at + html[at..].find('>').unwrap_or(0) + 1])
        .collect()
}

#[test]
fn every_page_has_one_heading_a_language_and_landmarks() {
    for Sample { name, html } in all() {
        assert_eq!(tags(&html, "h1").len(), 1, "{name}: one h1");
        let root = tags(&html, "html")[0];
        assert!(root.contains(" lang=\"") && root.contains(" dir=\""), "{name}");
        for landmark in ["header", "main", "footer"] {
            assert_eq!(tags(&html, landmark).len(), 1, "{name}: {landmark}");
        }
        assert!(html.contains("href=\"#main\"") && html.contains("id=\"main\""), "{name}: skip link");
        let title = &html[html.find("<title>").expect("a title") + 7..];
        assert!(!title.trim_start().starts_with('·'), "{name}: an empty title");
        assert!(html.contains("are invented; no organisation named here took part"), "{name}: the demo says so");
    }
}

#[test]
fn nothing_needs_what_the_content_policy_forbids() {
    for Sample { name, html } in all() {
        for bad in [" style=\"", "<style", "<script", "javascript:", " onclick", " src=\"http", "@import"] {
            assert!(!html.contains(bad), "{name}: {bad}");
        }
    }
}

#[test]
fn ids_are_unique_and_every_reference_has_its_target() {
    for Sample { name, html } in all() {
        let mut seen = BTreeSet::new();
        for id in values(&html, "id") {
            assert!(seen.insert(id), "{name}: id {id} twice");
        }
        let targets = ["for", "aria-labelledby", "aria-describedby"]
            .into_iter()
            .flat_map(|a| values(&html, a))
            .flat_map(str::split_whitespace);
        let anchors = values(&html, "href").into_iter().filter_map(|h| h.strip_prefix('#'));
        for target in targets.chain(anchors) {
            assert!(seen.contains(target), "{name}: nothing has the id {target}");
        }
    }
}

#[test]
fn every_input_has_a_label_and_every_post_a_key() {
    for Sample { name, html } in all() {
        let labelled = values(&html, "for");
        for input in ["input", "textarea", "select"].into_iter().flat_map(|n| tags(&html, n)) {
            if input.contains("type=\"hidden\"") {
                continue;
            }
            let id = values(input, "id");
            assert!(id.first().is_some_and(|id| labelled.contains(id)), "{name}: no label for {input}");
        }
        for (at, _) in html.match_indices("<form") {
            let form = &html[at..at + html[at..].find("</form>").expect("a form ends")];
            if form.contains("method=\"post\"") {
                assert_eq!(
                    tags(form, "input").iter().filter(|i| i.contains("name=\"key\"")).count(),
                    1,
                    "{name}: {form}"
                );
            }
            assert!(form.contains("type=\"submit\""), "{name}: a form without a button");
        }
    }
}

#[test]
fn no_template_switches_escaping_off() {
    fn walk(dir: &std::path::Path, seen: &mut usize) {
        for entry in std::fs::read_dir(dir).expect("templates") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                walk(&path, seen);
            } else {
                let text = std::fs::read_to_string(&path).expect("text");
                assert!(!text.contains("|safe") && !text.contains("| safe"), "{}", path.display());
                *seen += 1;
            }
        }
    }
    let mut seen = 0;
    walk(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), &mut seen);
    assert!(seen > 10);
}

#[test]
fn the_words_keep_the_house_style() {
    for Sample { name, html } in all() {
        for bad in ["lease note", "DNA", "patient", "infeasible", "quota", "!<", "Click here", " AM<", " PM<"] {
            assert!(!html.contains(bad), "{name}: {bad}");
        }
    }
}

#[test]
fn previews_are_written_on_request() {
    let names: BTreeSet<_> = all().iter().map(|s| s.name).collect();
    assert_eq!(names.len(), all().len(), "sample names are unique");
    let Some(dir) = std::env::var_os("ACCORD_PREVIEW") else {
        return;
    };
    let dir = std::path::PathBuf::from(dir);
    std::fs::create_dir_all(dir.join("assets")).expect("a folder to write to");
    for name in ["accord.css", "accord.svg"] {
        let path = page::asset_path(name);
        std::fs::write(dir.join(&path[1..]), page::asset(path).expect("known").bytes).expect("written");
    }
    for Sample { name, html } in all() {
        // From a folder of files the address of the stylesheet has to be relative.
        std::fs::write(dir.join(format!("{name}.html")), html.replace("\"/assets/", "\"assets/")).expect("written");
    }
}
