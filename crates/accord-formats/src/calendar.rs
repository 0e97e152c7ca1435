//! Appointments as a calendar file (RFC 5545): published, times in UTC, lines folded, no alarm and no attendee.

use jiff::Timestamp;

/// One appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The same for as long as it is the same appointment, however often it moves.
    pub uid: String,
    /// Grows with every change, so that a calendar replaces what it has.
    pub sequence: i64,
    /// When it starts.
    pub starts: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
    /// What a shared calendar may show.
    pub summary: String,
    /// Where.
    pub location: String,
}

/// Octets of a line before it must be folded: RFC 5545, 3.1.
const LINE_OCTETS: usize = 75;

/// The file's text, made at `stamp`. Lines end in CR LF; anything may stand in the texts.
pub fn publish(stamp: Timestamp, entries: &[Entry]) -> String {
    let mut out = String::new();
    for line in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Accord//Appointments//EN", "METHOD:PUBLISH"] {
        fold(&mut out, line);
    }
    for entry in entries {
        let lines = [
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}", escaped(&entry.uid)),
            format!("SEQUENCE:{}", entry.sequence),
            format!("DTSTAMP:{}", utc(stamp)),
            format!("DTSTART:{}", utc(entry.starts)),
            format!("DTEND:{}", utc(entry.ends)),
            format!("SUMMARY:{}", escaped(&entry.summary)),
            format!("LOCATION:{}", escaped(&entry.location)),
            "END:VEVENT".to_owned(),
        ];
        lines.iter().for_each(|line| fold(&mut out, line));
    }
    fold(&mut out, "END:VCALENDAR");
    out
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
    text.replace("\r\n", "\\n").replace(['\n', '\r'], "\\n")
}

/// Writes a line, broken between characters so that none is longer than allowed.
fn fold(out: &mut String, line: &str) {
    let mut room = LINE_OCTETS;
    for letter in line.chars() {
        if letter.len_utf8() > room {
            out.push_str("\r\n ");
            room = LINE_OCTETS - 1;
        }
        room -= letter.len_utf8();
        out.push(letter);
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(location: &str) -> Entry {
        let at = |text: &str| text.parse().expect("an instant");
        Entry {
            uid: "a@accord".into(),
            sequence: 3,
            starts: at("2027-01-05T09:30:00Z"),
            ends: at("2027-01-05T09:40:00Z"),
            summary: "Your first appointment".into(),
            location: location.into(),
        }
    }

    fn file(location: &str) -> String {
        publish("2027-01-01T08:00:00Z".parse().expect("an instant"), &[entry(location)])
    }

    #[test]
    fn an_entry_is_published_in_utc() {
        let text = file("Clacton Hospital, CO15 1LH");
        for line in [
            "METHOD:PUBLISH",
            "UID:a@accord",
            "SEQUENCE:3",
            "DTSTART:20270105T093000Z",
            "DTEND:20270105T094000Z",
            "LOCATION:Clacton Hospital\\, CO15 1LH",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}: {text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_out_of_its_line(location in "\\PC*|[\\r\\n;,\\\\a-z]*") {
            let text = file(&location);
            prop_assert!(text.split("\r\n").all(|line| line.len() <= LINE_OCTETS && !line.contains(['\r', '\n'])));
            let unfolded = text.replace("\r\n ", "");
            prop_assert_eq!(unfolded.split("\r\n").count(), 15);
            let told = unfolded.split("\r\n").find_map(|l| l.strip_prefix("LOCATION:")).expect("a location").to_owned();
            prop_assert_eq!(told, escaped(&location));
        }
    }
}
