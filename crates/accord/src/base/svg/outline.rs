//! Geometry of outlines: how large, which points can be left out, where a label lies at rest.

/// A point in units of a drawing.
pub(super) type Point = (f64, f64);

/// Signed area in square units, by the shoelace formula.
pub(super) fn area(ring: &[Point]) -> f64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>() / 2.0
}

/// Leaves out points nearer than `slack` to the line between those kept (Douglas and Peucker 1973), without recursion.
pub(super) fn thin(points: &[Point], slack: f64) -> Vec<Point> {
    if points.len() < 3 {
        return points.to_vec();
    }
    let mut keep = vec![false; points.len()];
    // A closed ring has no two ends: the point farthest from the start serves as the other one.
    let far = (0..points.len())
        .max_by(|&a, &b| distance(points[a], points[0]).total_cmp(&distance(points[b], points[0])))
        .unwrap_or(0);
    let last = points.len() - 1;
    for end in [0, far, last] {
        keep[end] = true;
    }
    let mut open = vec![(0, far), (far, last)];
    while let Some((from, to)) = open.pop() {
        let worst = (from + 1..to)
            .map(|at| (to_segment(points[at], points[from], points[to]), at))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((away, at)) = worst.filter(|w| w.0 > slack) {
            debug_assert!(away.is_finite());
            keep[at] = true;
            open.push((from, at));
            open.push((at, to));
        }
    }
    points.iter().zip(&keep).filter(|(_, k)| **k).map(|(p, _)| *p).collect()
}

fn distance(a: Point, b: Point) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

fn to_segment(p: Point, a: Point, b: Point) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let long = dx * dx + dy * dy;
    let t = if long == 0.0 { 0.0 } else { (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / long).clamp(0.0, 1.0) };
    distance(p, (a.0 + t * dx, a.1 + t * dy))
}

/// Where a label of two lines lies farthest from borders and from what is taken; labels are wide, so sideways counts half.
pub(super) fn quiet_spot(rings: &[Vec<Point>], taken: &[Point]) -> Option<Point> {
    const GRID: u32 = 28;
    let ring = rings.iter().max_by(|a, b| area(a).abs().total_cmp(&area(b).abs()))?;
    let (mut w, mut e, mut n, mut s) = (f64::MAX, f64::MIN, f64::MAX, f64::MIN);
    for p in ring {
        (w, e, n, s) = (w.min(p.0), e.max(p.0), n.min(p.1), s.max(p.1));
    }
    let mut best: Option<(f64, Point)> = None;
    for row in 1..GRID {
        for column in 1..GRID {
            let p = (w + (e - w) * f64::from(column) / f64::from(GRID), n + (s - n) * f64::from(row) / f64::from(GRID));
            if !inside(ring, p) {
                continue;
            }
            let edge = ring
                .iter()
                .zip(ring.iter().cycle().skip(1))
                .map(|(a, b)| to_segment(p, *a, *b))
                .fold(f64::MAX, f64::min);
            let other = taken.iter().map(|t| ((p.0 - t.0) / 2.4).hypot(p.1 + 6.0 - t.1)).fold(f64::MAX, f64::min);
            let score = edge.min(other * 1.2);
            if best.is_none_or(|(old, _)| score > old) {
                best = Some((score, p));
            }
        }
    }
    best.map(|(_, p)| p)
}

/// Even-odd rule.
fn inside(ring: &[Point], p: Point) -> bool {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .filter(|(a, b)| (a.1 > p.1) != (b.1 > p.1) && p.0 < (b.0 - a.0) * (p.1 - a.1) / (b.1 - a.1) + a.0)
        .count()
        % 2
        == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_corners_and_drops_points_on_the_line() {
        let ring: Vec<Point> = vec![(0.0, 0.0), (5.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)];
        assert_eq!(thin(&ring, 0.1), vec![(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)]);
        assert!(area(&ring).abs() - 100.0 < 1e-9);
        let spot = quiet_spot(&[ring], &[]).expect("inside");
        assert!(distance(spot, (5.0, 5.0)) < 0.5);
    }
}
