//! The layout of an employer's list: known again next time, and compared where it has changed.

use super::mapping::Mapping;
use super::synonyms::fold;
use super::table::Table;

/// The headings of a list in their order. Values play no part, so every export of one report has one layout.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    headings: Vec<String>,
}

/// How a list's layout differs from the one known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LayoutDiff {
    /// Headings that are new.
    pub added: Vec<String>,
    /// Headings that are gone, with what each was read as; none where it was not read.
    pub gone: Vec<(String, Option<&'static str>)>,
    /// Headings that seem to have been renamed, from and to.
    pub renamed: Vec<(String, String)>,
    /// The columns stand in another order.
    pub reordered: bool,
}

impl Layout {
    /// The layout of a table.
    pub fn of(table: &Table) -> Self {
        Self { headings: table.headings.clone() }
    }

    /// The layout with these headings.
    pub fn with_headings(headings: Vec<String>) -> Self {
        Self { headings }
    }

    /// The headings in their order.
    pub fn headings(&self) -> &[String] {
        &self.headings
    }

    /// Sixteen letters and digits that are the same for the same headings, whatever their order, case, blanks and signs.
    /// They stay the same from version to version (FNV-1a, 64 bits).
    pub fn fingerprint(&self) -> String {
        let mut folded: Vec<String> = self.headings.iter().map(|h| fold(h)).collect();
        folded.sort_unstable();
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for byte in folded.join("\n").bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        format!("{hash:016x}")
    }

    /// One heading a line, written as in [`Mapping::to_text`].
    pub fn to_text(&self) -> String {
        self.headings.iter().map(|h| super::mapping::escaped(h) + "\n").collect()
    }

    /// Reads what [`Layout::to_text`] wrote; lines that are no headings are passed over.
    pub fn from_text(text: &str) -> Self {
        Self { headings: text.lines().filter(|l| !l.is_empty()).filter_map(super::mapping::unescaped).collect() }
    }

    /// How `new` differs from this layout, whose columns were read by `mapping`. Two headings are taken for one renamed
    /// where they stand at the same place, or much of their words is the same.
    pub fn diff(&self, new: &Self, mapping: &Mapping) -> LayoutDiff {
        let has = |layout: &Self, heading: &str| layout.headings.iter().any(|h| fold(h) == fold(heading));
        let mut gone: Vec<&String> = self.headings.iter().filter(|h| !has(new, h)).collect();
        let mut added: Vec<&String> = new.headings.iter().filter(|h| !has(self, h)).collect();
        let at = |layout: &Self, heading: &str| layout.headings.iter().position(|h| h == heading);
        let mut renamed = Vec::new();
        gone.retain(|old| {
            let like = added.iter().position(|new_one| {
                is_like(old, new_one)
                    || (self.headings.len() == new.headings.len() && at(self, old) == at(new, new_one))
            });
            match like {
                Some(like) => {
                    renamed.push(((*old).clone(), added.remove(like).clone()));
                    false
                }
                None => true,
            }
        });
        let order = |layout: &Self, other: &Self| -> Vec<String> {
            layout.headings.iter().filter(|h| has(other, h)).map(|h| fold(h)).collect()
        };
        let read_as = |heading: &String| {
            mapping.entries().iter().find(|e| e.heading == *heading && !e.field.is_dropped()).map(|e| e.field.label())
        };
        LayoutDiff {
            reordered: order(self, new) != order(new, self),
            added: added.into_iter().cloned().collect(),
            gone: gone.into_iter().map(|h| (h.clone(), read_as(h))).collect(),
            renamed,
        }
    }
}

impl LayoutDiff {
    /// True where no heading came, went or changed: the list is read as the last one was.
    pub fn is_harmless(&self) -> bool {
        self.added.is_empty() && self.gone.is_empty() && self.renamed.is_empty()
    }

    /// The differences as sentences, what is lost first.
    pub fn sentences(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (heading, field) in &self.gone {
            lines.push(match field {
                Some(field) => {
                    format!("The column \"{heading}\" is gone: nothing else gives the {}.", field.to_lowercase())
                }
                None => format!("The column \"{heading}\" is gone; it was not read."),
            });
        }
        for (from, to) in &self.renamed {
            lines.push(format!("The column \"{from}\" seems to be called \"{to}\" now."));
        }
        for heading in &self.added {
            lines.push(format!("The column \"{heading}\" is new."));
        }
        if self.reordered {
            lines.push("The columns stand in another order; they are found by their headings.".to_owned());
        }
        lines
    }
}

/// One heading holds the other, or they share most of their letters from the start.
fn is_like(one: &str, other: &str) -> bool {
    let (one, other) = (fold(one), fold(other));
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let longer = one.chars().count().max(other.chars().count());
    let holds = one.len() >= 4 && other.len() >= 4 && (one.contains(&other) || other.contains(&one));
    holds || (same >= 4 && same * 3 >= longer * 2)
}
