//! A line as small as a word, for tables.

use super::{BLUE, Pen};
use crate::base::page::Markup;

/// Draws `values` from zero, the last one marked. `said` is what a reader who does not see it hears; `id` is unique on the page.
pub fn sparkline(id: &str, said: &str, values: &[u64]) -> Markup {
    const SIZE: (f64, f64) = (96.0, 24.0);
    let mut pen = Pen::open(id, SIZE.0, SIZE.1, said, "");
    let most = values.iter().copied().max().unwrap_or(0).max(1) as f64;
    let apart = (SIZE.0 - 8.0) / (values.len().max(2) - 1) as f64;
    let points: Vec<(f64, f64)> =
        values.iter().enumerate().map(|(at, &v)| (2.0 + apart * at as f64, 21.0 - 18.0 * v as f64 / most)).collect();
    if let Some(&end) = points.last() {
        pen.path(&points, false, &format!("fill=\"none\" stroke=\"{BLUE}\" stroke-width=\"2\""));
        pen.circle(end, 3.0, &format!("fill=\"{BLUE}\""));
    }
    pen.close()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_starts_from_zero_and_needs_no_values() {
        let svg = sparkline("s", "2 of 4", &[0, 2, 4]).to_string();
        assert!(svg.contains("M2 21L46 12L90 3"), "{svg}");
        assert!(!sparkline("s", "nothing", &[]).to_string().contains("path"));
        assert!(!sparkline("s", "one", &[7]).to_string().contains("NaN"));
    }
}
