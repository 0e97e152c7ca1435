//! Writes a world into a directory and prints its figures:
//! `cargo run --release -p accord-testkit --example write_world -- DIR [PEOPLE] [SEED]`

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use accord_testkit::world::{Settings, World};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let directory = PathBuf::from(words.next().ok_or("name a directory")?);
    let people = words.next().map_or(Ok(20_000), |word| word.parse())?;
    let seed = words.next().map_or(Ok(1), |word| word.parse())?;
    let before = Instant::now();
    let _ = accord_testkit::geo::Geo::demo();
    let loaded = before.elapsed();
    let world = World::new(Settings { seed, people, today: jiff::civil::date(2026, 11, 22) });
    let made = before.elapsed();
    std::fs::create_dir_all(directory.join("staff"))?;
    for file in &world.staff_files {
        std::fs::write(directory.join("staff").join(&file.file_name), &file.bytes)?;
    }
    for (name, text) in [
        ("truth_people.csv", world.truth.people_csv()),
        ("truth_rows.csv", world.truth.rows_csv()),
        ("sites.csv", world.sites_csv()),
        ("sessions.csv", world.sessions_csv()),
        ("closures.csv", world.closures_csv()),
        ("deliveries.csv", world.deliveries_csv()),
    ] {
        std::fs::write(directory.join(name), text)?;
    }
    println!("data read in {loaded:?}, world made in {:?}", made - loaded);
    print(&world);
    Ok(())
}

fn print(world: &World) {
    let bytes: usize = world.staff_files.iter().map(|f| f.bytes.len()).sum();
    let rows: usize = world.truth.people.iter().map(|p| p.rows.len()).sum();
    println!("{} people in {rows} rows of {} lists, {bytes} bytes", world.truth.people.len(), world.staff_files.len());
    let allocations: usize = world.agreements.iter().map(|a| a.allocations.len()).sum();
    println!(
        "{} organisations, {} sites, {} templates, {} sessions, {} closures, {} deliveries, {} agreements, {allocations} allocations",
        world.organisations.len(),
        world.sites.len(),
        world.templates.len(),
        world.sessions().len(),
        world.closures.len(),
        world.deliveries.len(),
        world.agreements.len(),
    );
    println!("places for dose 1 and 2: {:?}", world.capacity());
    let mut by_site: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for (date, template) in world.sessions() {
        let places = by_site.entry(&template.site_id).or_default();
        let first = date <= world.campaign.first_dose_until;
        *(if first { &mut places.0 } else { &mut places.1 }) += template.places();
    }
    for site in &world.sites {
        let (first, second) = by_site.get(site.id.as_str()).copied().unwrap_or_default();
        println!("{:>6} {:>6} {} {} {} ({})", first, second, site.district, site.kind, site.name, site.host_id);
    }
}
