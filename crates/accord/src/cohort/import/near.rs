//! Employers whose code or name looks like what somebody typed.

use super::super::store::Employer;

/// At most three, the nearest first: codes up to two slips away, then names that hold what was typed.
pub(super) fn near(typed: &str, employers: &[Employer]) -> Vec<(String, String)> {
    let code = typed.trim().to_uppercase();
    let words = typed.trim().to_lowercase();
    let mut ranked: Vec<(usize, &Employer)> = employers
        .iter()
        .filter_map(|employer| {
            let slips = slips(&code, &employer.code.to_uppercase());
            if slips <= 2 && slips < code.chars().count() {
                Some((slips, employer))
            } else {
                let named = words.len() >= 3 && employer.name.to_lowercase().contains(&words);
                named.then_some((3, employer))
            }
        })
        .collect();
    ranked.sort_by(|a, b| (a.0, &a.1.code).cmp(&(b.0, &b.1.code)));
    ranked.into_iter().take(3).map(|(_, employer)| (employer.code.clone(), employer.name.clone())).collect()
}

/// How many letters must be put in, taken out or changed to make one of the other.
fn slips(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (column, wanted) in other.iter().enumerate() {
            let change = corner + usize::from(letter != *wanted);
            corner = row[column + 1];
            row[column + 1] = change.min(corner + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::slips;

    #[test]
    fn slips_are_counted() {
        for (one, other, count) in
            [("RDE", "RDE", 0), ("RDE", "RGR", 2), ("RDE", "RDEX", 1), ("", "AB", 2), ("8HF", "8HP", 1)]
        {
            assert_eq!(slips(one, other), count, "{one} {other}");
        }
    }
}
