//! Sites, sessions, closures and deliveries as the CSV files a partner would hand over.

use super::{ACCESS_ATTRIBUTES, Closure, Delivery, SessionTemplate, World};
use crate::files::text::push_record;

fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut out = String::new();
    push_record(&mut out, ',', head);
    for row in rows {
        push_record(&mut out, ',', &row);
    }
    out
}

pub(super) fn sites(world: &World) -> String {
    let mut head = vec!["OdsCode", "Name", "Address", "PhoneNumber", "Longitude", "Latitude", "ICB", "Region"];
    head.push("Site type");
    head.extend(ACCESS_ATTRIBUTES);
    head.extend(["Id", "host", "kind", "postcode", "district", "slots_owner"]);
    let rows = world.sites.iter().enumerate().map(|(at, site)| {
        let site_type = match site.kind.as_str() {
            "hospital_hub" => "Hospital",
            "vaccination_centre" => "Vaccination centre",
            "gp_led" => "GP practice",
            _ => "Pharmacy",
        };
        let mut row = vec![
            site.host_id.clone(),
            site.name.clone(),
            format!("{}, {}", site.address, site.postcode),
            format!("01632 960{at:03}"),
            site.lon.to_string(),
            site.lat.to_string(),
            "QJG".to_owned(),
            "Y61".to_owned(),
            site_type.to_owned(),
        ];
        row.extend(site.access.map(|has| if has { "TRUE" } else { "FALSE" }.to_owned()));
        row.extend([&site.id, &site.host_id, &site.kind, &site.postcode, &site.district].map(Clone::clone));
        row.push(site.slots_owner.to_owned());
        row
    });
    table(&head, rows)
}

pub(super) fn templates(templates: &[SessionTemplate]) -> String {
    let head =
        ["site_id", "weekday", "from", "until", "slot_minutes", "stations", "product", "valid_from", "valid_until"];
    let rows = templates.iter().map(|t| {
        vec![
            t.site_id.clone(),
            format!("{:?}", t.weekday),
            t.from.strftime("%H:%M").to_string(),
            t.until.strftime("%H:%M").to_string(),
            t.slot_minutes.to_string(),
            t.stations.to_string(),
            t.product.to_owned(),
            t.valid_from.to_string(),
            t.valid_until.to_string(),
        ]
    });
    table(&head, rows)
}

pub(super) fn closures(closures: &[Closure]) -> String {
    let rows = closures.iter().map(|c| vec![c.site_id.clone(), c.date.to_string(), c.reason.to_owned()]);
    table(&["site_id", "date", "reason"], rows)
}

pub(super) fn deliveries(deliveries: &[Delivery]) -> String {
    let row = |d: &Delivery| vec![d.site_id.clone(), d.product.to_owned(), d.date.to_string(), d.doses.to_string()];
    table(&["site_id", "product", "date", "doses"], deliveries.iter().map(row))
}
