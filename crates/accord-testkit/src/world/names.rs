//! Invented names, mixed by the nationalities that staff report.

use super::dice::{Dice, totals};
use crate::geo::{Geo, Name};

/// Nationality, groups of forenames, groups of surnames, mother tongue.
type Origin = (&'static str, &'static [&'static str], &'static [&'static str], &'static str);

const ORIGINS: [Origin; 26] = [
    ("British", &["British"], &["British"], "English"),
    ("Welsh", &["Welsh"], &["Welsh"], "English"),
    ("Scottish", &["UK (4 nations)"], &["UK (4 nations)", "British"], "English"),
    ("Irish", &["Irish"], &["Irish"], "English"),
    ("Indian", &["Indian"], &["Indian"], "English"),
    ("Filipino", &["Filipino", "Spanish"], &["Filipino"], "English"),
    ("Polish", &["Polish"], &["Polish"], "Polish"),
    ("Romanian", &["Romanian"], &["Romanian"], "Romanian"),
    ("Portuguese", &["Portuguese"], &["Portuguese"], "Portuguese"),
    ("Italian", &["Italian"], &["Italian"], "Italian"),
    ("Spanish", &["Spanish"], &["Spanish"], "Spanish"),
    ("Nigerian", &["Yoruba", "Igbo", "Nigerian"], &["Yoruba", "Igbo", "Nigerian"], "English"),
    ("Greek", &["Greek"], &["Greek"], "Greek"),
    ("Nepalese", &["Nepalese"], &["Nepalese"], "Nepali"),
    ("Hungarian", &["Hungarian"], &["Hungarian"], "Hungarian"),
    ("Pakistani", &["Pakistani"], &["Pakistani"], "English"),
    ("Sri Lankan", &["Indian"], &["Sri Lankan"], "English"),
    ("German", &["German"], &["German"], "English"),
    ("Lithuanian", &["Lithuanian"], &["Lithuanian"], "Lithuanian"),
    ("Latvian", &["Latvian"], &["Latvian"], "Latvian"),
    ("Czech", &["Czech"], &["Czech"], "Czech"),
    ("French", &["French"], &["French"], "English"),
    ("Zimbabwean", &["Zulu"], &["Zulu"], "English"),
    ("Ghanaian", &["Ghanaian (Twi)"], &["Ghanaian (Twi)"], "English"),
    ("Kenyan", &["Kenyan"], &["Kenyan"], "English"),
    ("Chinese", &["Chinese (romanised)"], &["Chinese (romanised)"], "Chinese"),
];

/// Weighted names of one sex.
struct Pool<'g> {
    names: Vec<&'g str>,
    totals: Vec<f64>,
}

impl<'g> Pool<'g> {
    fn new(all: &'g [Name], groups: &[&str], sex: &str) -> Self {
        let fits = |n: &&Name| groups.contains(&n.group.as_str()) && (n.gender.is_empty() || n.gender == sex);
        let chosen: Vec<&Name> = all.iter().filter(fits).filter(|n| n.name != "Doe").collect();
        // Without a known frequency the lists' own order stands in for it.
        let known = chosen.iter().all(|n| n.weight.is_some());
        let weight = |(rank, name): (usize, &&Name)| match name.weight {
            Some(weight) if known => weight,
            _ => 1.0 / (rank as f64 + 25.0),
        };
        let totals = totals(chosen.iter().enumerate().map(weight));
        Self { names: chosen.iter().map(|n| n.name.as_str()).collect(), totals }
    }

    fn draw(&self, dice: &mut Dice) -> &'g str {
        self.names[dice.weighted(&self.totals)]
    }
}

struct Group<'g> {
    language: &'static str,
    forenames: [Pool<'g>; 2],
    surnames: [Pool<'g>; 2],
}

/// Names to draw from.
pub(super) struct Names<'g> {
    groups: Vec<Group<'g>>,
    trust_mix: Vec<f64>,
    other_mix: Vec<f64>,
}

/// A drawn name.
pub(super) struct Drawn {
    pub(super) forename: String,
    pub(super) surname: String,
    pub(super) language: &'static str,
}

impl<'g> Names<'g> {
    pub(super) fn new(geo: &'g Geo) -> Self {
        let both = |all: &'g [Name], groups: &[&str]| [Pool::new(all, groups, "F"), Pool::new(all, groups, "M")];
        let groups = ORIGINS
            .iter()
            .map(|(_, forenames, surnames, language)| Group {
                language,
                forenames: both(&geo.forenames, forenames),
                surnames: both(&geo.surnames, surnames),
            })
            .collect();
        Self { groups, trust_mix: mix(geo, "RDE"), other_mix: mix(geo, "ENGLAND") }
    }

    /// `sex` is `F` or `M`; trusts have more staff from abroad than others.
    pub(super) fn draw(&self, dice: &mut Dice, in_trust: bool, sex: char) -> Drawn {
        let mix = if in_trust { &self.trust_mix } else { &self.other_mix };
        let group = &self.groups[dice.weighted(mix)];
        let sex = usize::from(sex == 'M');
        let mut surname = group.surnames[sex].draw(dice).to_owned();
        if dice.chance(0.02) {
            let second = group.surnames[sex].draw(dice);
            if second != surname {
                surname = format!("{surname}-{second}");
            }
        }
        let forename = group.forenames[sex].draw(dice).to_owned();
        Drawn { forename, surname, language: group.language }
    }
}

/// Shares of the origins at a trust; what is unknown or not listed counts as British.
fn mix(geo: &Geo, trust: &str) -> Vec<f64> {
    let share = |origin: &str| {
        geo.nationalities.iter().find(|n| n.ods_code == trust && n.nationality == origin).map_or(0.0, |n| n.share)
    };
    let abroad: f64 = ORIGINS.iter().skip(1).map(|o| share(o.0)).sum();
    totals(ORIGINS.iter().map(|o| if o.0 == "British" { 1.0 - abroad } else { share(o.0) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_origin_has_names_of_both_sexes() {
        let names = Names::new(Geo::demo());
        for (group, origin) in names.groups.iter().zip(ORIGINS) {
            for pool in group.forenames.iter().chain(&group.surnames) {
                assert!(pool.names.len() >= 5, "{}", origin.0);
            }
        }
    }
}
